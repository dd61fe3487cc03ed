import type { RosterProblem } from './roster-row.ts';

/** Rows that one problem names one by one. */
const NAMED_ROWS = 8;
/** Causes of one kind, in one column, that are said one by one. */
const CAUSES = 20;
/** Rows of people from which one cause is said once: below that each row carries its own, beside the name. */
const PEOPLE = 20;

/** The same complaint on one row after another. */
type Cause = readonly [RosterProblem, ...RosterProblem[]];

const rowsOf = (cause: Cause) => cause.map(({ row }) => row ?? 0);

/** A cause as one problem with the rows on which it also stands. */
function once(cause: Cause): RosterProblem {
  const [first, ...others] = cause;
  if (others.length === 0) return first;
  const named = others.slice(0, NAMED_ROWS).map(({ row }) => row);
  const last = others.length > named.length ? ` … ${others.at(-1)?.row}` : '';
  return {
    ...first,
    params: { ...first.params, also: others.length, alsoRows: `${named.join(', ')}${last}` },
  };
}

/** What is left of a kind after its first causes, as one problem. */
function rest(causes: readonly [Cause, ...Cause[]]): RosterProblem {
  const [[first]] = causes;
  const rows = causes.flatMap(rowsOf).toSorted((a, b) => a - b);
  const params = { count: rows.length, firstRow: rows[0] ?? 0, lastRow: rows.at(-1) ?? 0 };
  return { ...first, code: 'roster_more_alike', params, suggestion: null };
}

/** The causes of one kind as they are said. */
function* said(kind: readonly Cause[], isOfPeople: boolean): Generator<RosterProblem> {
  if (isOfPeople) {
    for (const cause of kind) yield* cause.length > PEOPLE ? [once(cause)] : cause;
    return;
  }
  // A rest of one would say less than the one itself.
  const shown = kind.length === CAUSES + 1 ? kind.length : CAUSES;
  for (const cause of kind.slice(0, shown)) yield once(cause);
  const [next, ...others] = kind.slice(shown);
  if (next) yield rest([next, ...others]);
}

/**
 * Says each cause once: a class that is missing is one problem with the rows that name it, not one for each enrollment.
 *
 * @param isOfPeople - whether a sheet holds one person a row; its rows keep their own problems, because each is looked at
 *   beside the name, until so many share one cause that nobody would.
 * @returns problems of the whole file first, then kind by kind. Of many causes of one kind in one column the first twenty
 *   stand alone, the others are counted in one (`roster_more_alike`).
 */
export function gatherProblems(
  problems: readonly RosterProblem[],
  isOfPeople: (sheet: string) => boolean = () => false,
): RosterProblem[] {
  const ofRows = problems.filter(({ sheet, row }) => sheet !== null && row !== null);
  const kinds = Map.groupBy(ofRows, ({ code, severity, sheet, column }) =>
    JSON.stringify([code, severity, sheet, column]),
  );
  const whole = problems.filter(({ sheet, row }) => sheet === null || row === null);
  return [
    ...whole,
    ...[...kinds.values()].flatMap((kind) => {
      const causes = Map.groupBy(kind, ({ params, suggestion }) => JSON.stringify([params, suggestion]));
      return [...said([...causes.values()] as unknown as Cause[], isOfPeople(kind[0]?.sheet ?? ''))];
    }),
  ];
}
