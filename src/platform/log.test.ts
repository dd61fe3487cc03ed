import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

function logged(fields: object): string {
  let line = '';
  createLogger({ destination: { write: (text) => void (line += text) } }).error(fields, 'it.failed');
  return line;
}

test('of a database error the code and the constraint are logged, never the row', () => {
  const error = Object.assign(new Error('duplicate key value violates unique constraint "persons_key"'), {
    code: '23505',
    constraint: 'persons_key',
    detail: 'Key (name)=(不出门) already exists.',
    parameters: ['不出门'],
  });
  expect(JSON.parse(logged({ err: error }))).toMatchObject({
    err: { code: '23505', constraint: 'persons_key', message: error.message },
  });
  expect(logged({ err: error })).not.toContain('不出门');
});

test('what was given and could not be read is not quoted, in the message or the stack, nor as a cause', () => {
  const error = Object.assign(new Error('invalid input syntax for type uuid: "不出门"'), { code: '22P02' });
  for (const line of [logged({ err: error }), logged({ err: new Error('import', { cause: error }) })]) {
    expect(line).not.toContain('不出门');
    expect(line).toContain('22P02');
    expect(line).toContain('invalid input syntax for type uuid');
  }
});

test('the queue’s own kind of error says what happened', () => {
  expect(JSON.parse(logged({ err: { message: 'queue is gone', queue: 'reach.tick' } }))).toMatchObject({
    err: { message: 'queue is gone' },
  });
});

test('one event is one line, whatever is in it', () => {
  const line = logged({ route: 'a\nb\u001b[31m{"level":60}', err: new Error('c\r\nd') });
  expect(line.trimEnd().split('\n')).toHaveLength(1);
  expect(line).not.toContain('\u001b');
});
