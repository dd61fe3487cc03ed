/** @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem } from '../api-problem.ts';
import { api } from '../api.ts';
import { t } from '../t.ts';
import { fieldOf, FormProblem, PasswordField } from './parts.tsx';
import { useSubmit } from './submit.ts';
import type { Audience } from './where-to.ts';

interface Card {
  readonly name: string;
  readonly loginName: string;
  readonly purpose: 'claim' | 'reset';
}

/** After the QR of a card was scanned: is it you? Then this device is bound to the account. */
export function ClaimPage({ token, onDone }: { token: string; onDone: (audience: Audience) => void }) {
  const [card, setCard] = useState<Card>();
  const [refusal, setRefusal] = useState<ApiProblem>();
  useEffect(() => {
    api.get('/api/claims/{token}', { path: { token } }).then(setCard, (error: unknown) => {
      if (!(error instanceof ApiProblem)) throw error;
      setRefusal(error);
    });
  }, [token]);
  if (refusal) {
    return (
      <section class="form">
        <h1>{t('platform.claim.title')}</h1>
        <FormProblem problem={refusal} />
        <a class="btn wide" href="/sign-in">
          {t('platform.claim.otherWay')}
        </a>
      </section>
    );
  }
  if (!card) return <output class="form">{t('platform.claim.looking')}</output>;
  return <ClaimForm token={token} card={card} onDone={onDone} />;
}

function ClaimForm({
  token,
  card,
  onDone,
}: {
  token: string;
  card: Card;
  onDone: (audience: Audience) => void;
}) {
  const { problem, isBusy, run } = useSubmit();
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const password = fieldOf(event.currentTarget as HTMLFormElement, 'newPassword');
    run(async () => {
      const answer = await api.post('/api/claims', {
        body: { token, ...(password === '' ? {} : { password }) },
      });
      onDone(answer.audience);
    });
  };
  return (
    <form class="form" onSubmit={onSubmit} aria-labelledby="claim">
      <h1 id="claim">{t('platform.claim.isItYou', { name: card.name })}</h1>
      <p class="muted">{t('platform.claim.what', { loginName: card.loginName })}</p>
      <FormProblem problem={problem} />
      <PasswordField
        label={t('platform.signIn.newPassword')}
        name="newPassword"
        autocomplete="new-password"
        hint={t('platform.claim.passwordHint')}
        required={card.purpose === 'reset' || problem?.code === 'password_required'}
      />
      <button type="submit" class="btn main wide" disabled={isBusy}>
        {t(isBusy ? 'platform.signIn.signingIn' : 'platform.claim.enter')}
      </button>
      <p class="small muted">{t('platform.claim.notYou')}</p>
    </form>
  );
}
