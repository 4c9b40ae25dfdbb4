package io.heddle.processor.model;

/**
 * Keys that attention of each query sees, of those that are visible to it.
 *
 * @param indices their numbers, as {@link Operation.Select} makes them
 * @param count the dimension that numbers the keys of a query
 */
public record SelectedKeys(Tensor indices, Dim count) {}
