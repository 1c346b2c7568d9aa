/** A thread or a program that imports another program. */
await import('./main.ts');
