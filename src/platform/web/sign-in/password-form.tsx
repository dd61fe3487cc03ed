/** @jsxImportSource preact */
import { api } from '../api.ts';
import { t } from '../t.ts';
import { fieldOf, FormProblem, PasswordField } from './parts.tsx';
import { useSubmit } from './submit.ts';
import type { Audience } from './where-to.ts';

export interface PasswordFormProps {
  readonly onDone: (audience: Audience, mustChange: { current: string } | null) => void;
}

/** Sign-in name and password. */
export function PasswordForm({ onDone }: PasswordFormProps) {
  const { problem, isBusy, run } = useSubmit();
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    run(async () => {
      const password = fieldOf(form, 'password');
      const answer = await api.post('/api/sign-in', {
        body: { loginName: fieldOf(form, 'loginName'), password },
      });
      onDone(answer.audience, answer.mustChangePassword ? { current: password } : null);
    });
  };
  return (
    <form class="form" onSubmit={onSubmit} aria-labelledby="by-password">
      <h2 id="by-password">{t('platform.signIn.byPassword')}</h2>
      <FormProblem problem={problem} />
      <label class="field">
        {t('platform.signIn.loginName')}
        <input name="loginName" autocomplete="username" autocapitalize="none" spellcheck={false} required />
      </label>
      <PasswordField label={t('platform.signIn.password')} name="password" autocomplete="current-password" />
      <button type="submit" class="btn main" disabled={isBusy}>
        {t(isBusy ? 'platform.signIn.signingIn' : 'platform.signIn.signIn')}
      </button>
      <p class="small muted">{t('platform.signIn.forgotten')}</p>
    </form>
  );
}
