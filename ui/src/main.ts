import { mount } from 'svelte';
import App from './App.svelte';
import '../../web/tokens.css';
import './base.css';
import { locale } from './texts';

document.documentElement.lang = locale;

mount(App, { target: document.body });
