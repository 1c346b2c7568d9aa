// For the other packages of p8, which build upon this one; no part of what users are promised.

// Memory without a name, for processes that are given it
export { makeSegment, Segment } from './sync/segment.ts';
