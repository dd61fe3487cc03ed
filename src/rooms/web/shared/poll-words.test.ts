import { describe, expect, test } from 'vitest';
import { isRight } from '../../poll-right.ts';
import { decimalText } from './poll-words.ts';

describe('decimalText', () => {
  test.each([
    ['4', '4'],
    [' -12,5 ', '-12.5'],
    ['３．１４', '3.14'],
    ['−2', '-2'],
    ['.5', '0.5'],
    ['+7', '7'],
  ])('%s is %s', (typed, text) => {
    expect(decimalText(typed)).toBe(text);
  });

  test.each(['', '四', '1/2', '1.2.3', '1234567890123', '0.1234567', '--1'])('%s is no number', (typed) => {
    expect(decimalText(typed)).toBeNull();
  });
});

describe('isRight', () => {
  test('several options are right in any order, and only all of them', () => {
    expect(isRight({ options: [2, 0] }, { chosen: [0, 2], written: null })).toBe(true);
    expect(isRight({ options: [2, 0] }, { chosen: [0], written: null })).toBe(false);
  });
  test('numbers are right by value', () => {
    expect(isRight({ number: '4' }, { chosen: null, written: '4.0' })).toBe(true);
    expect(isRight({ number: '4' }, { chosen: null, written: '5' })).toBe(false);
  });
  test('without a right answer nothing is right or wrong', () => {
    expect(isRight(null, { chosen: [0], written: null })).toBeNull();
  });
});
