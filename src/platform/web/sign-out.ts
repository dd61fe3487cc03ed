import { api } from './api.ts';
import { forgetKept } from './learner/offline.ts';

/** Ends the session on the server and forgets everything kept on this device, then shows the sign-in page. */
export async function signOut(): Promise<void> {
  await api.post('/api/sign-out', { body: null });
  await forgetKept();
  location.replace('/sign-in');
}
