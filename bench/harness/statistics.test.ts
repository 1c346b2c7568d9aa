import { describe, expect, test } from 'vitest';
import { median, spreadPercent } from './statistics.ts';
import { renderTable } from './table.ts';

describe('median', () => {
  test('is the middle value in any order, and the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 2, 4])).toBe(3);
    expect(median([100, 20])).toBe(60);
    expect(median([7])).toBe(7);
  });
});

describe('spreadPercent', () => {
  test('is the range over the median', () => {
    expect(spreadPercent([4, 5, 6])).toBe(40);
    expect(spreadPercent([3, 3])).toBe(0);
  });
});

describe('renderTable', () => {
  const rows = [
    ['server', 'µs'],
    ['c', '10.5'],
  ];

  test('aligns numbers to the right', () => {
    expect(renderTable(rows, false)).toBe('server    µs\nc       10.5');
  });

  test('is a markdown table when asked', () => {
    expect(renderTable(rows, true)).toBe('| server |   µs |\n| ------ | ---: |\n| c      | 10.5 |');
  });
});
