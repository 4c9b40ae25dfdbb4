package io.heddle.processor.model;

import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.ServeLimits;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.SweepItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Resolves a search whose points are fleets. */
final class ServeSearchResolver {
  private static final String ANY = "any";
  private static final int MOST_GPUS = 1 << 16;
  private static final long MOST_POINTS = 1L << 40;
  private static final int MOST_SEQUENCES = 1 << 20;

  private final Declaration.Search search;
  private final Serving serving;
  private final Function<String, Optional<Plan>> plans;
  private final Diagnostics diagnostics;

  /** The numbers that can be varied, with whether they are sizes of axes. */
  private final Map<String, Boolean> known = new LinkedHashMap<>();

  /**
   * @param serving what the fleets vary
   * @param plans by their names
   */
  ServeSearchResolver(
      Declaration.Search search,
      Serving serving,
      Function<String, Optional<Plan>> plans,
      Diagnostics diagnostics) {
    this.search = search;
    this.serving = serving;
    this.plans = plans;
    this.diagnostics = diagnostics;
    for (Serving.Pool pool : serving.pools()) {
      names(pool).forEach((name, isAxis) -> known.put(pool.role().word() + "." + name, isAxis));
    }
    for (String limit : List.of(ServeSearch.TOKENS, ServeSearch.SEQUENCES)) {
      known.put(ServeSearch.BATCHING + "." + limit, false);
    }
  }

  /** Numbers of a pool: those that all of its plans have, less those of a step. */
  private Map<String, Boolean> names(Serving.Pool pool) {
    Map<String, Boolean> names = new LinkedHashMap<>();
    names.put(ServeSearch.COUNT, true);
    List<PlanNumberNames> all = new ArrayList<>();
    for (String name : pool.plans()) {
      plans.apply(name).map(PlanNumberNames::of).ifPresent(all::add);
    }
    if (!all.isEmpty()) {
      Set<String> common = new LinkedHashSet<>(all.get(0).all());
      all.forEach(each -> common.retainAll(each.all()));
      common.forEach(name -> names.putIfAbsent(name, all.get(0).axes().contains(name)));
    }
    return names;
  }

  /**
   * Numbers of a plan.
   *
   * @param all without those of a step
   * @param axes among them
   */
  private record PlanNumberNames(Set<String> all, Set<String> axes) {
    static PlanNumberNames of(Plan plan) {
      PlanNames names = PlanNames.of(plan);
      Set<String> all = new LinkedHashSet<>(names.axes());
      names.cluster().stream().filter(names::isOfCluster).forEach(all::add);
      return new PlanNumberNames(all, Set.copyOf(names.axes()));
    }
  }

  /** The search; empty after findings. */
  Optional<ServeSearch> resolve() {
    Optional<SweepItem.Aim> said = aim();
    if (said.isEmpty()) {
      return Optional.empty();
    }
    Optional<ServeAim> aim = aim(said.get());
    int most = most(said.get());
    List<ServeSearch.Varied> varied = new ArrayList<>();
    for (SweepItem item : search.items()) {
      if (item instanceof SweepItem.Swept swept) {
        varied(swept, most).ifPresent(varied::add);
      } else if (!(item instanceof SweepItem.Aim)) {
        refuse(
            item.span(),
            "it varies numbers of its pools and of `batching` only",
            "write lines such as `%s in any` or `batching.tokens in 2048, 8192`"
                .formatted(known.keySet().iterator().next()));
      }
    }
    twice(varied);
    if (diagnostics.hasErrors() || aim.isEmpty()) {
      return Optional.empty();
    }
    ServeSearch found =
        new ServeSearch(
            search.name().text(), serving, varied, aim.get(), most, search.name().span());
    if (found.size() > MOST_POINTS) {
      diagnostics
          .report(
              Code.TOO_MANY_POINTS, search.name().span(), search.name(), found.size(), MOST_POINTS)
          .help("vary fewer numbers, or lower the limit of `gpus`")
          .add();
      return Optional.empty();
    }
    return Optional.of(found);
  }

  private void refuse(Span span, String why, String help) {
    diagnostics.report(Code.SERVE_SEARCH, span, search.name(), why).help(help).add();
  }

  private Optional<SweepItem.Aim> aim() {
    List<SweepItem.Aim> aims = new ArrayList<>();
    for (SweepItem item : search.items()) {
      if (item instanceof SweepItem.Aim one) {
        aims.add(one);
      }
    }
    if (aims.size() != 1) {
      diagnostics
          .report(
              Code.NOT_ONE_AIM,
              aims.isEmpty() ? search.name().span() : aims.get(1).span(),
              search.name(),
              aims.size())
          .help("write one line such as `minimize gpus when gpus <= 64`")
          .add();
      return Optional.empty();
    }
    return Optional.of(aims.get(0));
  }

  private Optional<ServeAim> aim(SweepItem.Aim said) {
    Optional<ServeAim> aim = ServeAim.named(said.measure().text());
    if (aim.isEmpty()) {
      Names<Span> measures = new Names<>("measure", Function.identity(), diagnostics);
      ServeAim.words().forEach(word -> measures.declare(new Name(word, said.span()), said.span()));
      measures.unknown(said.measure(), null);
      return Optional.empty();
    }
    if (aim.get().isMoreBetter() != said.isMost()) {
      diagnostics
          .report(
              Code.AIM_BACKWARDS,
              said.span(),
              said.measure(),
              aim.get().isMoreBetter() ? "more" : "less")
          .help("write `%s`".formatted(aim.get()))
          .add();
    }
    if (serving.goals().isEmpty() && aim.get() != ServeAim.TOKENS_PER_SECOND_PER_GPU) {
      refuse(
          said.span(),
          "`%s` has no goal to reach".formatted(serving.name()),
          "add a line such as `goal ttft p99 <= 2 s, tpot p95 <= 50 ms` to it");
    }
    return aim;
  }

  /** The most GPUs; 1 after a finding. */
  private int most(SweepItem.Aim said) {
    SweepItem.Limit limit = said.limit();
    if (limit == null) {
      refuse(
          said.span(),
          "it says nothing of how many GPUs there are",
          "write `%s when gpus <= 64`"
              .formatted((said.isMost() ? "maximize " : "minimize ") + said.measure()));
      return 1;
    }
    if (!limit.measure().text().equals(ServeAim.GPUS.word()) || !limit.isMost()) {
      refuse(limit.span(), "only `gpus <=` limits it", "write `when gpus <= 64`");
      return 1;
    }
    BigDecimal number = Units.NUMBER.read(limit.quantity(), diagnostics).orElse(BigDecimal.ONE);
    boolean isWhole = number.stripTrailingZeros().scale() <= 0;
    if (!isWhole || number.signum() < 1 || number.compareTo(BigDecimal.valueOf(MOST_GPUS)) > 0) {
      diagnostics
          .report(
              Code.OUT_OF_RANGE, limit.span(), "a whole number from 1 to %,d".formatted(MOST_GPUS))
          .add();
      return 1;
    }
    return number.intValueExact();
  }

  private Optional<ServeSearch.Varied> varied(SweepItem.Swept swept, int most) {
    String name = swept.name().text();
    Boolean isOfMesh = known.get(name);
    if (isOfMesh == null) {
      Names<Span> names = new Names<>("number to vary", Function.identity(), diagnostics);
      known.keySet().forEach(each -> names.declare(new Name(each, swept.span()), swept.span()));
      names.unknown(swept.name(), null);
      return Optional.empty();
    }
    int dot = name.indexOf('.');
    String number = name.substring(dot + 1);
    Optional<Role> pool = Role.named(name.substring(0, dot));
    return values(swept, isOfMesh, pool.isPresent() ? MOST_GPUS : largest(number), most)
        .map(values -> new ServeSearch.Varied(pool, number, isOfMesh, values));
  }

  private static int largest(String limit) {
    return limit.equals(ServeSearch.TOKENS) ? ServeLimits.MOST_TOKENS : MOST_SEQUENCES;
  }

  private Optional<List<Integer>> values(
      SweepItem.Swept swept, boolean isOfMesh, int largest, int most) {
    if (isAny(swept)) {
      if (isOfMesh) {
        return Optional.of(IntStream.rangeClosed(1, most).boxed().toList());
      }
      diagnostics
          .report(
              Code.NO_VALUES,
              swept.span(),
              swept.name(),
              "it is no axis, and no number of instances")
          .help("write the values: `%s in 2048, 8192`".formatted(swept.name()))
          .add();
      return Optional.empty();
    }
    List<Integer> values = new ArrayList<>();
    for (SweepItem.Alternative alternative : swept.alternatives()) {
      Expression value = value(alternative);
      if (value == null || !ExpressionNames.in(value).isEmpty()) {
        refuse(
            swept.span(),
            "`%s` takes numbers".formatted(swept.name()),
            "write them: `%s in 1, 2, 4`".formatted(swept.name()));
        return Optional.empty();
      }
      Optional<Long> number = new Arithmetic(Map.of(), diagnostics).evaluate(value);
      if (number.isEmpty()) {
        return Optional.empty();
      }
      if (number.get() < 1 || number.get() > largest) {
        diagnostics
            .report(
                Code.OUT_OF_RANGE, value.span(), "a whole number from 1 to %,d".formatted(largest))
            .add();
        return Optional.empty();
      }
      values.add((int) (long) number.get());
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(values);
  }

  private static boolean isAny(SweepItem.Swept swept) {
    return swept.alternatives().size() == 1
        && value(swept.alternatives().get(0)) instanceof Expression.Reference reference
        && reference.name().text().equals(ANY);
  }

  private static @Nullable Expression value(SweepItem.Alternative alternative) {
    return alternative.change() instanceof PlanChange.Value value ? value.value() : null;
  }

  private void twice(List<ServeSearch.Varied> varied) {
    Set<String> names = new LinkedHashSet<>();
    for (ServeSearch.Varied each : varied) {
      if (!names.add(each.name())) {
        refuse(
            search.name().span(),
            "`%s` is varied twice".formatted(each.name()),
            "write all of its values on one line");
      }
    }
  }
}
