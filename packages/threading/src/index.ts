// What other modules of a program with threads need
export { reduce } from '@p8/pickle';
