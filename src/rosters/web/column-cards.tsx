import { Button, Select } from 'antd';
import { t } from '../../platform/web/t.ts';
import type { RosterDraft } from '../contract.ts';
import type { RosterField } from '../rules/headers.ts';

/** What a column of a list may be read as by hand. */
export type ReadAs =
  | 'number'
  | 'name'
  | 'sex'
  | 'yearGroup'
  | 'class'
  | 'staffNumber'
  | 'role'
  | 'classTeacherOf';

const READ_AS: readonly ReadAs[] = [
  'number',
  'name',
  'class',
  'yearGroup',
  'sex',
  'staffNumber',
  'role',
  'classTeacherOf',
];

type Column = RosterDraft['columns'][number];

/** Columns of one heading on several sheets are one line. */
function oncePerHeading(columns: readonly Column[]): Column[] {
  const seen = new Map<string, Column>();
  for (const column of columns) {
    const key = `${column.header} ${column.use} ${column.field ?? column.sensitive ?? ''}`;
    const before = seen.get(key);
    seen.set(key, before ? { ...before, cells: before.cells + column.cells } : column);
  }
  return [...seen.values()];
}

/** Which columns were read as what, and which were left out because they are nobody's business here. */
export function ColumnCards({
  draft,
  hasFile,
  isBusy,
  onMapPhone,
  onReadAs,
}: {
  draft: RosterDraft;
  hasFile: boolean;
  isBusy: boolean;
  onMapPhone: (column: { sheet: string; column: number }) => void;
  onReadAs: (column: { sheet: string; column: number }, field: ReadAs) => void;
}) {
  const read = oncePerHeading(draft.columns.filter(({ use }) => use === 'field'));
  const isList = draft.content === 'lists';
  // A set has every column of its standard, most of them empty.
  const dropped = oncePerHeading(
    draft.columns.filter(({ use, cells }) => use === 'dropped' && (isList || cells > 0)),
  );
  const other = oncePerHeading(draft.columns.filter(({ use }) => use === 'ignored'));
  // Sets of tables have headings of their own; only lists may be read in another way.
  const mayReadAs = isList && other.length > 0;
  const hasPhone = read.some(({ field }) => field === 'guardianPhone');
  return (
    <aside className="roster-side">
      <section className="card" aria-label={t('rosters.columns.read')}>
        <header>
          <h2>{t('rosters.columns.read')}</h2>
          <span className="num muted">{read.length}</span>
        </header>
        <ul className="roster-cols">
          {read.map(({ sheet, column, header, field, learned }) => (
            <li key={`${sheet} ${column}`}>
              <span>
                {header} {learned && <span className="muted small">{t('rosters.columns.learned')}</span>}
              </span>
              <span className="muted">→ {t(`rosters.field.${field as RosterField}`)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section className="card" aria-label={t('rosters.columns.dropped')}>
        <header>
          <h2>{t('rosters.columns.dropped')}</h2>
          <span className="num muted">{dropped.length}</span>
        </header>
        {dropped.length === 0 && <p className="muted pad">{t('rosters.columns.none')}</p>}
        <ul className="roster-cols">
          {dropped.map((column) => (
            <li key={`${column.sheet} ${column.column}`}>
              <span>
                <s>{column.header}</s>{' '}
                <span className="muted num">{t('rosters.columns.cells', { count: column.cells })}</span>
              </span>
              {column.sensitive === 'phone' && column.cells > 0 && !hasPhone && (
                <Button
                  size="small"
                  disabled={!hasFile || isBusy}
                  title={hasFile ? t('rosters.phone.why') : t('rosters.phone.again')}
                  onClick={() => onMapPhone(column)}
                >
                  {t('rosters.phone.map')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        <p className="muted small pad">{t('rosters.columns.why')}</p>
      </section>
      {mayReadAs && (
        <section className="card" aria-label={t('rosters.columns.other')}>
          <header>
            <h2>{t('rosters.columns.other')}</h2>
            <span className="num muted">{other.length}</span>
          </header>
          <ul className="roster-cols">
            {other.map((column) => (
              <li key={`${column.sheet} ${column.column}`}>
                <span>{column.header}</span>
                <Select<ReadAs>
                  size="small"
                  style={{ width: 130 }}
                  placeholder={t('rosters.columns.readAs')}
                  aria-label={t('rosters.columns.readAsOf', { header: column.header })}
                  disabled={!hasFile || isBusy}
                  title={hasFile ? undefined : t('rosters.phone.again')}
                  value={null as never}
                  options={READ_AS.map((field) => ({ value: field, label: t(`rosters.field.${field}`) }))}
                  onChange={(field) => onReadAs(column, field)}
                />
              </li>
            ))}
          </ul>
          <p className="muted small pad">{t('rosters.columns.otherWhy')}</p>
        </section>
      )}
    </aside>
  );
}
