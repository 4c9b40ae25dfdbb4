package io.heddle.cli.fuzz;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.antlr.v4.runtime.Vocabulary;
import org.antlr.v4.runtime.atn.ATN;
import org.antlr.v4.runtime.atn.ATNState;
import org.antlr.v4.runtime.atn.RuleStartState;
import org.antlr.v4.runtime.atn.RuleStopState;
import org.antlr.v4.runtime.atn.RuleTransition;
import org.antlr.v4.runtime.atn.Transition;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/**
 * Random sentences of a grammar: a walk through its automaton, which turns home when it is long.
 */
final class GrammarWalk {
  private static final int FAR = 1 << 20;

  private final ATN atn;
  private final Vocabulary vocabulary;

  /** Texts for the tokens that are no literals, by name. */
  private final Map<String, List<String>> samples;

  /** Tokens that are at least needed from a state to the end of its rule. */
  private final int[] least;

  GrammarWalk(ATN atn, Vocabulary vocabulary, Map<String, List<String>> samples) {
    this.atn = atn;
    this.vocabulary = vocabulary;
    this.samples = samples;
    this.least = leastTokens(atn);
  }

  private static int[] leastTokens(ATN atn) {
    int[] least = new int[atn.states.size()];
    java.util.Arrays.fill(least, FAR);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (ATNState state : atn.states) {
        int found = state instanceof RuleStopState ? 0 : FAR;
        for (int i = 0;
            state != null
                && !(state instanceof RuleStopState)
                && i < state.getNumberOfTransitions();
            i++) {
          found = Math.min(found, cost(state.transition(i), least));
        }
        if (state != null && found < least[state.stateNumber]) {
          least[state.stateNumber] = found;
          changed = true;
        }
      }
    }
    return least;
  }

  private static int cost(Transition transition, int[] least) {
    if (transition instanceof RuleTransition rule) {
      return Math.min(FAR, least[rule.target.stateNumber] + least[rule.followState.stateNumber]);
    }
    int after = least[transition.target.stateNumber];
    return Math.min(FAR, transition.label() == null ? after : after + 1);
  }

  /** A sentence of a rule of about so many tokens. */
  String sentence(int rule, int tokens, RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    walk(atn.ruleToStartState[rule], new int[] {tokens}, text, random);
    return text.toString();
  }

  private void walk(RuleStartState start, int[] left, StringBuilder text, RandomGenerator random) {
    ATNState state = start;
    while (!(state instanceof RuleStopState)) {
      Transition transition = choose(state, left[0], random);
      IntervalSet label = transition.label();
      if (transition instanceof RuleTransition rule) {
        walk((RuleStartState) rule.target, left, text, random);
        state = rule.followState;
        continue;
      }
      if (label != null) {
        left[0]--;
        append(label, text, random);
      }
      state = transition.target;
    }
  }

  private Transition choose(ATNState state, int left, RandomGenerator random) {
    int count = state.getNumberOfTransitions();
    if (left > 0) {
      return state.transition(random.nextInt(count));
    }
    Transition best = state.transition(0);
    for (int i = 1; i < count; i++) {
      if (cost(state.transition(i), least) < cost(best, least)) {
        best = state.transition(i);
      }
    }
    return best;
  }

  private void append(IntervalSet label, StringBuilder text, RandomGenerator random) {
    int token = label.get(random.nextInt(label.size()));
    if (token < 1) {
      return; // the end of the file
    }
    @Nullable String literal = vocabulary.getLiteralName(token);
    text.append(
            literal == null
                ? Fuzz.pick(samples.get(vocabulary.getSymbolicName(token)), random)
                : literal.substring(1, literal.length() - 1))
        .append(random.nextInt(12) == 0 ? '\n' : ' ');
  }
}
