/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../t.ts';
import { fieldOf, FormProblem, PasswordField } from './parts.tsx';
import { useSubmit } from './submit.ts';
import { cleanDigits, type Audience } from './where-to.ts';

/** The card of the class teacher, typed: sign-in name and eight digits. */
export function CardForm({ onDone }: { onDone: (audience: Audience) => void }) {
  const { problem, isBusy, run } = useSubmit();
  const [digits, setDigits] = useState('');
  const needsPassword = problem?.code === 'password_required' || problem?.code === 'password_too_weak';
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    run(async () => {
      const password = fieldOf(form, 'newPassword');
      const answer = await api.post('/api/claims', {
        body: {
          loginName: fieldOf(form, 'cardName'),
          spoken: digits,
          ...(password === '' ? {} : { password }),
        },
      });
      onDone(answer.audience);
    });
  };
  return (
    <form class="form" onSubmit={onSubmit} aria-labelledby="by-card">
      <h2 id="by-card">{t('platform.signIn.byCard')}</h2>
      <p class="muted">{t('platform.signIn.cardHow')}</p>
      <FormProblem problem={problem} />
      <label class="field">
        {t('platform.signIn.cardName')}
        <input name="cardName" autocomplete="username" autocapitalize="none" spellcheck={false} required />
      </label>
      <label class="field">
        {t('platform.signIn.digits')}
        <input
          class="digits"
          inputMode="numeric"
          autocomplete="one-time-code"
          required
          value={digits}
          onInput={(event) => setDigits(cleanDigits(event.currentTarget.value))}
        />
      </label>
      {needsPassword && (
        <PasswordField
          label={t('platform.signIn.newPassword')}
          name="newPassword"
          autocomplete="new-password"
          hint={t('platform.signIn.passwordHint')}
        />
      )}
      <button type="submit" class="btn main" disabled={isBusy || digits.length !== 8}>
        {t(isBusy ? 'platform.signIn.signingIn' : 'platform.signIn.next')}
      </button>
    </form>
  );
}
