import { LitElement } from 'lit';

/** A piece of the page. It renders into the page itself, so that one style sheet and one focus order hold for all. */
export class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
