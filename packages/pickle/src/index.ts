// How a class says what its objects become
export { reduce } from './reduce.ts';
export type { Rebuild, Reduced, Reducible, Travel } from './reduce.ts';
