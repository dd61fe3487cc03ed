import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { actingAs, newKey } from '../../../platform/web/api.ts';
import { t } from '../../../platform/web/t.ts';

export interface Teacher {
  readonly personId: string;
  readonly name: string;
  readonly number: string;
}
export interface MatrixReport {
  /** A class timetable, or the list of a whole term. */
  readonly kind: 'matrix' | 'term';
  readonly read: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly leaving: number;
  readonly dropped: number;
  readonly merged: number;
  readonly draft: number;
  readonly withProblem: number;
  readonly newClasses: number;
  readonly composed: number;
  readonly newTeachers: number;
  readonly makesBells: boolean;
  readonly problems: readonly {
    readonly sheet: string | null;
    readonly row: number | null;
    readonly column: number | null;
    readonly code: string;
    readonly severity: 'must' | 'look';
    readonly message: string;
  }[];
  readonly questions: {
    readonly classes: readonly { readonly key: string; readonly name: string; readonly lessons: number }[];
    readonly teachers: readonly {
      readonly name: string;
      readonly lessons: number;
      readonly candidates: readonly Teacher[];
    }[];
    readonly cells: readonly {
      readonly key: string;
      readonly className: string;
      readonly cellText: string;
      readonly weekday: number | null;
      readonly periodFrom: number | null;
      readonly periodTo: number | null;
    }[];
  };
}
export interface MatrixImport {
  readonly importId: string;
  readonly fileName: string;
  readonly state: 'checked' | 'confirmed';
  readonly report: MatrixReport;
}

/**
 * Sends a timetable file to be checked; nothing is written by it.
 *
 * @throws {ApiProblem} as every call of the API.
 */
export async function uploadTimetable(schoolId: string, file: File): Promise<MatrixImport> {
  const body = new FormData();
  body.append('file', file);
  const headers = new Headers({ accept: 'application/json', 'idempotency-key': newKey() });
  const appointment = actingAs(location);
  if (appointment) headers.set('nol-appointment', appointment);
  let response: Response;
  try {
    response = await fetch(`/api/schools/${schoolId}/timetable-imports`, {
      method: 'POST',
      headers,
      body,
      credentials: 'same-origin',
    });
  } catch (cause) {
    throw new ApiProblem({ status: 0, code: 'network', message: t('platform.problem.network'), cause });
  }
  const answer = (await response.json()) as MatrixImport & {
    code?: string;
    detail?: string;
    requestId?: string;
  };
  if (!response.ok) {
    throw new ApiProblem({
      status: response.status,
      code: answer.code ?? 'unknown',
      message: answer.detail ?? t('platform.problem.unknown', { status: response.status }),
      requestId: answer.requestId ?? null,
    });
  }
  return answer;
}
