package io.heddle.processor.check;

/**
 * A check of what one micro-batch is. It is shown a plan of a single one: how many there are is of
 * no account, and what it finds of a plan holds for others that differ in their batch alone.
 */
interface OfMicroBatch extends Check {}
