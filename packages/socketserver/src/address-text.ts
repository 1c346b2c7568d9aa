import type { Address } from '@p8/socket';

/** An address as Python prints it: `('127.0.0.1', 9999)`, `'/run/echo'`, `b'\x00name'`. */
export function addressText(address: Address): string {
  if (typeof address === 'string') return quote(address);
  if (address instanceof Uint8Array) return `b${quote(Buffer.from(address).toString('latin1'))}`;
  return `(${address.map((part) => (typeof part === 'string' ? quote(part) : String(part))).join(', ')})`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return mark + inside.replaceAll(/[\u0000-\u001f\u007f-\u00a0\u00ad]/g, escape) + mark;
}

function escape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
