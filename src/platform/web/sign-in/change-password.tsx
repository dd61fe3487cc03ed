/** @jsxImportSource preact */
import { api } from '../api.ts';
import { t } from '../t.ts';
import { fieldOf, FormProblem, PasswordField } from './parts.tsx';
import { useSubmit } from './submit.ts';

/** The first sign-in with a password that somebody else knows: set an own one before going on. */
export function ChangePassword({ current, onDone }: { current: string; onDone: () => void }) {
  const { problem, isBusy, run } = useSubmit();
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const next = fieldOf(event.currentTarget as HTMLFormElement, 'newPassword');
    run(async () => {
      await api.post('/api/me/password', { body: { current, next } });
      onDone();
    });
  };
  return (
    <form class="form" onSubmit={onSubmit} aria-labelledby="change">
      <h1 id="change">{t('platform.signIn.changeTitle')}</h1>
      <p class="muted">{t('platform.signIn.changeWhy')}</p>
      <FormProblem problem={problem} />
      <PasswordField
        label={t('platform.signIn.newPassword')}
        name="newPassword"
        autocomplete="new-password"
        hint={t('platform.signIn.passwordHint')}
      />
      <button type="submit" class="btn main wide" disabled={isBusy}>
        {t('platform.signIn.changeSave')}
      </button>
    </form>
  );
}
