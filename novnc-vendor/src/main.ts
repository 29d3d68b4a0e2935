import '../../web/tokens.css';
import './page.css';
import { mount } from 'svelte';
import { wear } from '../../web/theme';
import App from './components/App.svelte';
import { language } from './texts';

document.documentElement.lang = language;
// A window of the desktop program looks like its others; in a browser the system decides.
const theme = new URL(location.href).searchParams.get('theme');
if (theme === 'light' || theme === 'dark') wear(theme);
mount(App, { target: document.body });
