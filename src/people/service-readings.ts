import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { correctReading as correctReadingAction } from './actions.ts';
import { readingAsKept } from './name-words.ts';

/**
 * Sets how a name is read, above what the dictionary says; the person is still found by the dictionary's readings.
 *
 * It stays as long as the name does: an import that brings the same name leaves it alone, another name is read anew.
 *
 * @param reading - Latin letters, syllables apart, tones or not (`Zēng Xiǎo Míng`); null: as the dictionary reads it.
 * @throws {AppError} 400 `reading_not_latin`.
 */
export async function correctReading(
  ctx: ServerContext,
  actor: Actor,
  { personId, reading }: { personId: string; reading: string | null },
): Promise<{ readings: string[]; isCorrected: boolean }> {
  await authorize(ctx.db, actor, correctReadingAction, { personId });
  const kept = reading === null ? null : readingAsKept(reading);
  if (reading !== null && kept === null) {
    throw new AppError(
      400,
      'reading_not_latin',
      'A reading is Latin letters with a space between syllables.',
    );
  }
  const { readingsOf } = await import('./readings.ts');
  return ctx.db.transaction().execute(async (trx) => {
    const { name, home_org_id } = await trx
      .selectFrom('persons')
      .select(['name', 'home_org_id'])
      .where('id', '=', personId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const readings = [...new Set([...(kept === null ? [] : [kept]), ...readingsOf(name)])];
    const isCorrected = kept !== null;
    await trx
      .updateTable('persons')
      .set({ name_readings: readings, reading_corrected: isCorrected })
      .where('id', '=', personId)
      .execute();
    await audit(trx, actor, {
      action: 'people.correctReading',
      subjectKind: 'person',
      subjectId: personId,
      orgId: home_org_id,
      detail: { corrected: isCorrected },
    });
    return { readings, isCorrected };
  });
}
