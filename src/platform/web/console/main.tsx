import '../trusted.ts';
import { createRoot } from 'react-dom/client';
import { ConfigProvider } from 'antd';
import { t } from '../t.ts';

const root = document.querySelector('#app');
if (root) createRoot(root).render(<ConfigProvider>{t('platform.brand')}</ConfigProvider>);
