/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { ApiProblem } from '../api-problem.ts';
import { chooseLanguage, otherLanguage } from '../language.ts';
import { locale, t } from '../t.ts';

/** Mark and name of the product. */
export function Brand() {
  return (
    <div class="brand">
      <span class="mark" aria-hidden="true">
        {Array.from({ length: 9 }, (_, place) => (
          <i key={place} class={place === 8 ? 'one' : undefined} />
        ))}
      </span>
      <b>{t('platform.brand')}</b>
    </div>
  );
}

export function LanguageSwitch() {
  const other = otherLanguage(locale());
  return (
    <button type="button" class="lang" lang={other.locale} onClick={() => chooseLanguage(other.locale)}>
      {other.name}
    </button>
  );
}

/** Why it did not work, above the form; spoken at once. */
export function FormProblem({ problem }: { problem: ApiProblem | undefined }) {
  if (!problem) return null;
  return (
    <p class={`notice ${problem.status === 0 ? 'waiting' : 'failed'}`} role="alert">
      <i class={`i ${problem.status === 0 ? 'i-nowifi' : 'i-warn'}`} aria-hidden="true" />
      <span>{problem.message}</span>
    </p>
  );
}

export interface PasswordFieldProps {
  readonly label: string;
  readonly name: string;
  readonly autocomplete: 'current-password' | 'new-password';
  readonly hint?: string;
  readonly required?: boolean;
}

/** A password that can be looked at while typing; pasting is welcome. */
export function PasswordField({ label, name, autocomplete, hint, required = true }: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const hintId = `${name}-hint`;
  const attributes = {
    id: name,
    name,
    autocomplete,
    required,
    'aria-describedby': hint ? hintId : undefined,
  };
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <span class="pw">
        <input {...(isShown ? { type: 'text' as const } : { type: 'password' as const })} {...attributes} />
        <button
          type="button"
          class="eye"
          aria-pressed={isShown}
          aria-label={t('platform.signIn.showPassword')}
          onClick={() => setShown(!isShown)}
        >
          <i class="i i-eye" aria-hidden="true" />
        </button>
      </span>
      {hint && (
        <span class="hint" id={hintId}>
          {hint}
        </span>
      )}
    </div>
  );
}

/** Text of a field of a form that was sent. */
export function fieldOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value : '';
}
