package io.heddle.processor.check;

/**
 * A check that only advises: what it reports is a warning, and no plan is refused for it. Where
 * nobody reads warnings, it need not run.
 */
interface Advice extends Check {}
