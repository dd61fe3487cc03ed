import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aTreeModel, operations, type ModelAnswer } from './testing/tree-model.ts';
import {
  parentOn,
  placedFrom,
  placesWithout,
  refusalOfMove,
  refusalOfTakingBack,
  type PlacedUnit,
} from './rules-moves.ts';

/** 10,000 operations on random trees; the model keeps a list of parents for each day and walks up by hand. */
test('10,000 random moves, mergers and take-backs do what a small model does', () => {
  let done = 0;
  const accepted = { move: 0, merge: 0, takeBack: 0 };
  fc.assert(
    fc.property(operations({ length: 100 }), ({ units, steps }) => {
      const model = aTreeModel(units);
      const placed = new Map<string, PlacedUnit>(
        units.map(({ kind, parent }, n) => [
          String(n),
          {
            id: String(n),
            kind,
            isDemo: false,
            places: [{ from: null, parentId: parent === null ? null : String(parent) }],
          },
        ]),
      );
      for (const step of steps) {
        done += 1;
        const said: ModelAnswer = model.take(step);
        const today = model.dayText(model.today());
        if (step.what === 'nextDay') continue;
        const unit = placed.get(String(step.unit))!;
        const from = model.dayText(model.today() + step.inDays);
        if (step.what === 'takeBack') {
          if (!unit.places.some((place) => place.from === from)) {
            expect(said).toBe('nothing');
            continue;
          }
          const refusal = refusalOfTakingBack(placed, { unitId: unit.id, from }, today);
          expect(refusal ?? 'done').toBe(said);
          if (refusal) continue;
          placed.set(unit.id, { ...unit, places: placesWithout(unit.places, from) });
          accepted.takeBack += 1;
        } else {
          const isMerge = step.what === 'merge';
          const parentId = String(step.to);
          const refusal = refusalOfMove(placed, { unitId: unit.id, parentId, from, isMerge }, today);
          expect(refusal ?? 'done').toBe(said);
          if (refusal) continue;
          placed.set(unit.id, { ...unit, places: placedFrom(unit.places, { from, parentId }) });
          accepted[step.what] += 1;
        }
        const days = [...model.days()];
        for (const n of units.keys()) {
          const { places } = placed.get(String(n))!;
          expect(days.map((day) => parentOn(places, model.dayText(day))).join()).toBe(
            days.map((day) => model.parentOn(n, day)).join(),
          );
        }
      }
    }),
    { numRuns: 100 },
  );
  expect(done).toBe(10_000);
  for (const count of Object.values(accepted)) expect(count).toBeGreaterThan(50);
});
