import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api } from '../api.ts';
import type { Standing } from './menu.ts';

export type Me = Awaited<ReturnType<typeof askMe>>;

function askMe() {
  return api.get('/api/me');
}

/** Who is signed in, under which appointment, and what it may do. */
export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: askMe, staleTime: 5 * 60_000 });
}

/** The appointment in the address, `/console/<id>/…`. */
export function addressAppointment(pathname: string): string {
  return /^\/console\/([^/]+)/.exec(pathname)?.[1] ?? '';
}

/** What the appointment in the address is and may, for the menu. */
export function standingOf({ acting, appointments }: Me): Standing {
  const current = appointments.find(({ id }) => id === addressAppointment(location.pathname));
  return { actions: acting.actions, orgKind: current?.orgKind ?? null };
}

/** The appointment the page acts under: its unit, and what it may do. Only below the frame, which has asked already. */
export function useActing(): {
  appointmentId: string;
  personId: string;
  orgId: string;
  role: string;
  can: (action: string) => boolean;
} {
  const { data } = useMe();
  if (!data) throw new Error('useActing is for pages inside the frame.');
  const appointmentId = addressAppointment(location.pathname);
  const appointment = data.appointments.find(({ id }) => id === appointmentId);
  const actions = new Set(data.acting.actions);
  return {
    appointmentId,
    personId: data.personId,
    orgId: appointment?.orgId ?? '',
    role: data.acting.role,
    can: (action) => actions.has(action),
  };
}
