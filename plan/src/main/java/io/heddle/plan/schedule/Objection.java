package io.heddle.plan.schedule;

/**
 * Why a schedule cannot run a pipeline.
 *
 * @param problem with the numbers that disagree
 * @param remedy an edit of the plan that helps
 */
public record Objection(String problem, String remedy) {}
