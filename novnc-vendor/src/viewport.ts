/**
 * Keeps an element as large as what is seen of the page. Some browsers lay an on-screen keyboard over the page and tell
 * of it only by their visual viewport; where they make the page smaller instead, this changes nothing.
 * Returns how to stop.
 */
export function fillVisible(element: HTMLElement): () => void {
  const seen = window.visualViewport;
  if (!seen) return () => undefined;
  const fill = () => {
    // Zoomed in, less is seen, and the page shall not shrink for it.
    const covered = seen.scale === 1 && innerHeight - seen.height > 1;
    element.style.top = covered ? `${seen.offsetTop}px` : '';
    element.style.height = covered ? `${seen.height}px` : '';
  };
  seen.addEventListener('resize', fill);
  seen.addEventListener('scroll', fill);
  fill();
  return () => {
    seen.removeEventListener('resize', fill);
    seen.removeEventListener('scroll', fill);
  };
}
