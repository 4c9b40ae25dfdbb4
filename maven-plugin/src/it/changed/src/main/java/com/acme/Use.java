package com.acme;

import io.heddle.plan.PlanValues;

/** Prints what the generated class knows of its file. */
public final class Use {
  public static void main(String[] arguments) {
    PlanValues plan = LlamaSmallFlattener.defaults();
    System.out.println(
        "batch " + plan.batch() + ", latency " + plan.cluster().dimensions().get(0).latencyNanos());
  }
}
