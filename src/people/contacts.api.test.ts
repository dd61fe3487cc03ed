import { expect, test } from 'vitest';
import { operatorActor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import { secretsFrom } from '../platform/secrets.ts';
import { aPerson, aSchool } from '../platform/testing/builders.ts';
import { testDatabase } from '../platform/testing/database.ts';
import { manageAccounts } from './actions.ts';
import { openContact, readNumber, writeContact } from './contacts.ts';

const { db } = await testDatabase();
const secrets = secretsFrom(Buffer.alloc(32, 7));

test('a number is kept encrypted with its last four digits, and the newest counts', async () => {
  const { orgId } = await aSchool(db);
  const { personId } = await aPerson(db, { orgId });
  const granted = await authorize(db, operatorActor(), manageAccounts, { orgId });
  const write = (number: string) =>
    db.transaction().execute((trx) => writeContact(trx, secrets, { personId, number }));
  await write('100 0000 0000');
  await write('１００-０００１-０００２');
  const kept = await db
    .selectFrom('contacts')
    .selectAll()
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow();
  expect(kept.tail).toBe('0002');
  expect(kept.cipher.includes('10000010002')).toBe(false);
  expect(await openContact(db, secrets, granted, { personId })).toBe('10000010002');
});

test.each([['138 abc'], ['12'], [''], ['1'.repeat(30)]])('%s is no telephone number', (text) => {
  expect(readNumber(text)).toBeNull();
});

test('a number moved to another person or changed by hand cannot be read', async () => {
  const { cipher } = secrets.encrypt('contact:followUp', '10000000000');
  cipher[30] = (cipher[30] ?? 0) ^ 1;
  expect(() => secrets.decrypt('contact:followUp', cipher)).toThrow(/authenticate data/);
});

test('a person without a number is refused in words', async () => {
  const { orgId } = await aSchool(db);
  const { personId } = await aPerson(db, { orgId });
  const granted = await authorize(db, operatorActor(), manageAccounts, { orgId });
  await expect(openContact(db, secrets, granted, { personId })).rejects.toMatchObject({ code: 'no_number' });
});
