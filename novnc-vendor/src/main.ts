import '../../ui/src/tokens.css';
import './page.css';
import { mount } from 'svelte';
import App from './components/App.svelte';
import { language } from './texts';

document.documentElement.lang = language;
mount(App, { target: document.body });
