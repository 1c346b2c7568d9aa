/**
 * A number for the text of a function, so that the receiver can tell it from another of the same name. Not for secrets:
 * two 32-bit multiplicative hashes side by side, cut to the 53 bits of a number.
 */
export function hashOf(target: Function): number {
  const text = Function.prototype.toString.call(target);
  let [high, low] = [0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0xc2b2ae35) + 1;
  }
  high ^= low >>> 15;
  low ^= high >>> 13;
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
