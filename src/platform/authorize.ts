import type { Actor } from './actor.ts';
import type { Db } from './database.ts';
import { AppError, notFound } from './errors.ts';

/** `hide`: answered as if it did not exist; `refuse`: exists, but this actor may not. */
export type Decision = 'allow' | 'hide' | 'refuse';

/** Something that can be allowed, with the one rule that decides it. Made by `people/access.ts`. */
export interface Action<Subject, Name extends string = string> {
  readonly name: Name;
  decide(db: Db, actor: Actor, subject: Subject): Promise<Decision>;
}

declare const grantedBrand: unique symbol;

/**
 * Proof that `authorize` said yes. Queries on personal tables take it as an argument, so that nobody
 * can read names without having asked.
 */
export interface Granted<Name extends string = string, Subject = unknown> {
  readonly [grantedBrand]: Name;
  readonly actor: Actor;
  readonly subject: Subject;
}

/**
 * The one way to be allowed; the first line of every use case, whoever calls it (route, socket, job,
 * command line, export).
 *
 * @throws {AppError} 401 `sign_in_required`, 403 `not_allowed`, or 404 `not_found` when the actor may
 *   not even know that the subject exists.
 */
export async function authorize<Subject, Name extends string>(
  db: Db,
  actor: Actor,
  action: Action<Subject, Name>,
  subject: Subject,
): Promise<Granted<Name, Subject>> {
  const decision = await action.decide(db, actor, subject);
  if (decision === 'allow') {
    actor.granted.add(action.name);
    return { actor, subject } as Granted<Name, Subject>;
  }
  if (actor.kind === 'anonymous') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  if (decision === 'hide') throw notFound();
  throw new AppError(403, 'not_allowed', `This role may not do ${action.name}.`);
}
