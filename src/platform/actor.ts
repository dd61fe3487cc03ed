/**
 * Who asks. A person acts under one appointment (staff) or as a learner; roles are words of the
 * `people` capability and only compared here.
 */
export type Actor = PersonActor | OperatorActor | SystemActor | AnonymousActor;

interface ActorBase {
  /** Names of the actions authorised so far in this request; the start-up gate's test hook reads it. */
  readonly granted: Set<string>;
}

export interface PersonActor extends ActorBase {
  readonly kind: 'person';
  readonly accountId: string;
  readonly personId: string;
  readonly role: string;
  /** Unit the role is held at; null for pupils and guardians. */
  readonly appointment: { readonly id: string; readonly orgId: string; readonly orgPath: string } | null;
  /** sha256 of the session cookie, for sign-out and revocation. */
  readonly sessionHash: Buffer | null;
  /** How this session stands to the second step; absent for who acts without a session of their own. */
  readonly secondStep?: SecondStep;
}

/** A code from the telephone, asked of staff before acts that reach beyond their own class. */
export interface SecondStep {
  /** Whether the account has one. */
  readonly isSet: boolean;
  /** Whether it was answered on this device within the last half hour. */
  readonly isFresh: boolean;
  /** Whether an account without one must set it up first: on a server that is run for real. */
  readonly isDuty: boolean;
}

/** The command line on the server's own machine. */
export interface OperatorActor extends ActorBase {
  readonly kind: 'operator';
  /** Over the web: reads what the administrator of one school may, by that school's leave, and nothing else. */
  readonly grant?: { readonly id: string; readonly orgId: string };
}

/** A job; may do the named actions and nothing else. */
export interface SystemActor extends ActorBase {
  readonly kind: 'system';
  readonly job: string;
  readonly actions: ReadonlySet<string>;
}

export interface AnonymousActor extends ActorBase {
  readonly kind: 'anonymous';
}

export function operatorActor(): OperatorActor {
  return { kind: 'operator', granted: new Set() };
}

export function anonymousActor(): AnonymousActor {
  return { kind: 'anonymous', granted: new Set() };
}

/** @param actions - names of the actions this job may do. */
export function systemActor(job: string, actions: readonly string[]): SystemActor {
  return { kind: 'system', job, actions: new Set(actions), granted: new Set() };
}

/** Stable text for idempotency keys and rate limits: one per person, operator or job. */
export function actorKey(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return `person:${actor.personId}`;
    case 'operator':
      return 'operator';
    case 'system':
      return `system:${actor.job}`;
    case 'anonymous':
      return 'anonymous';
  }
}
