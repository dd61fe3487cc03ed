/** @jsxImportSource preact */
import '../trusted.ts';
import { render } from 'preact';
import '../tokens.css';
import { t } from '../t.ts';

render(<h2>{t('platform.brand')}</h2>, document.body);
