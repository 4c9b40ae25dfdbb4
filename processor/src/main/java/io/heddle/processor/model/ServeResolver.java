package io.heddle.processor.model;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.ServeLimits;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import io.heddle.processor.syntax.ServeItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Resolves requests and what serves them. */
final class ServeResolver {
  private static final int MOST_SEQUENCES = 1 << 20;
  private static final int MOST_PAGES = 1 << 30;
  private static final int COUNT = 10_000;

  /** What a prompt in a cache is worth, in requests. */
  private static final double LEAST_PREFIX = 1e-9;

  private static final double MOST_PREFIX = 1e6;

  private final Declaration.Serve serve;
  private final Names<Declaration.Plan> plans;
  private final Diagnostics diagnostics;

  ServeResolver(Declaration.Serve serve, Names<Declaration.Plan> plans, Diagnostics diagnostics) {
    this.serve = serve;
    this.plans = plans;
    this.diagnostics = diagnostics;
  }

  /** All of it; empty after findings. */
  Optional<Serving> resolve() {
    Optional<ServeItem.Pools> pools = single(ServeItem.Pools.class, "pool");
    Optional<ServeItem.Requests> requests = single(ServeItem.Requests.class, "requests");
    Optional<ServeItem.Transfer> transfer = single(ServeItem.Transfer.class, "transfer");
    Optional<ServeItem.Batching> batching = single(ServeItem.Batching.class, "batching");
    Optional<ServeItem.Route> route = single(ServeItem.Route.class, "route");
    Optional<ServeItem.Goals> goals = single(ServeItem.Goals.class, "goal");
    if (pools.isEmpty()) {
      lacks("pool", "pool both 1 of Prefill and Decode");
    }
    if (requests.isEmpty()) {
      lacks("requests", "requests poisson 8 (input = 4096, output = 512)");
    }
    if (batching.isEmpty()) {
      lacks("batching", "batching vllm (tokens = 8192, sequences = 256)");
    }
    if (pools.isEmpty() || requests.isEmpty() || batching.isEmpty()) {
      return Optional.empty();
    }
    List<Serving.Pool> resolved = pools(pools.get());
    boolean areTwo = resolved.size() == 2;
    if (areTwo && transfer.isEmpty()) {
      lacks("transfer", "transfer (at = 45 GB/s, latency = 20 us)");
    }
    if (!areTwo && transfer.isPresent() && !resolved.isEmpty()) {
      pools(transfer.get().span(), "one pool hands no cache on", "remove the line `transfer`");
    }
    Serving serving =
        new Serving(
            serve.name().text(),
            serve.model().text(),
            resolved,
            transfer.map(this::transfer).orElse(null),
            load(requests.get()),
            batching(batching.get(), areTwo),
            route.map(this::route).orElse(new Serving.Route(false, 0)),
            goals.map(this::goals).orElse(List.of()),
            serve.name().span());
    return diagnostics.hasErrors() ? Optional.empty() : Optional.of(serving);
  }

  private <T extends ServeItem> Optional<T> single(Class<T> kind, String word) {
    List<T> found = serve.items().stream().filter(kind::isInstance).map(kind::cast).toList();
    for (T again : found.subList(Math.min(1, found.size()), found.size())) {
      diagnostics
          .report(Code.TWICE_IN_PLAN, again.span(), word)
          .note(found.get(0).span(), "the first one is here")
          .add();
    }
    return found.stream().findFirst();
  }

  private void lacks(String line, String example) {
    diagnostics
        .report(Code.SERVE_LACKS, serve.name().span(), serve.name(), line)
        .help("add a line such as `" + example + "`")
        .add();
  }

  private void pools(Span span, String why, String help) {
    diagnostics.report(Code.POOLS, span, serve.name(), why).help(help).add();
  }

  private List<Serving.Pool> pools(ServeItem.Pools line) {
    List<Serving.Pool> resolved = new ArrayList<>();
    for (ServeItem.Pool pool : line.pools()) {
      pool(pool).ifPresent(resolved::add);
    }
    if (resolved.size() < line.pools().size()) {
      return List.of();
    }
    List<Role> roles = resolved.stream().map(Serving.Pool::role).sorted().toList();
    if (!roles.equals(List.of(Role.BOTH)) && !roles.equals(List.of(Role.PREFILL, Role.DECODE))) {
      pools(
          line.span(),
          "they are "
              + String.join(", ", line.pools().stream().map(pool -> pool.role().text()).toList()),
          "write one pool `both`, or one `prefill` and one `decode`");
      return List.of();
    }
    return resolved.stream().sorted((one, other) -> one.role().compareTo(other.role())).toList();
  }

  private Optional<Serving.Pool> pool(ServeItem.Pool pool) {
    Optional<Role> role = Role.named(pool.role().text());
    if (role.isEmpty()) {
      unknown("pool", pool.role(), Role.words());
    }
    if (pool.count() < 1 || pool.count() > ServeLimits.MOST_INSTANCES) {
      diagnostics
          .report(
              Code.OUT_OF_RANGE,
              pool.span(),
              "1 to %,d instances".formatted(ServeLimits.MOST_INSTANCES))
          .add();
      return Optional.empty();
    }
    Optional<Kinds> first = kinds(pool, pool.plan());
    Name other = pool.second();
    Optional<Kinds> second = other == null ? Optional.empty() : kinds(pool, other);
    if (role.isEmpty() || first.isEmpty() || (other != null && second.isEmpty())) {
      return Optional.empty();
    }
    Optional<String> prefill = plan(pool, first.get(), second, true);
    Optional<String> decode = plan(pool, first.get(), second, false);
    boolean lacksPrefill = role.get() != Role.DECODE && prefill.isEmpty();
    boolean lacksDecode = role.get() != Role.PREFILL && decode.isEmpty();
    if (lacksPrefill || lacksDecode) {
      String kind = lacksPrefill ? "prefill" : "decode";
      Name last = other == null ? pool.plan() : other;
      refuse(
          pool,
          last,
          "it has no line `%s`".formatted(kind),
          role.get() == Role.BOTH
              ? "write a plan of each kind: `both %d of PREFILL and DECODE`".formatted(pool.count())
              : "name a plan with a line `%s`".formatted(kind));
      return Optional.empty();
    }
    if (role.get() != Role.BOTH && other != null) {
      refuse(pool, other, "the pool has a plan", "remove `and %s`".formatted(other));
      return Optional.empty();
    }
    return Optional.of(
        new Serving.Pool(role.get(), (int) pool.count(), prefill, decode, pool.span()));
  }

  private static Optional<String> plan(
      ServeItem.Pool pool, Kinds first, Optional<Kinds> second, boolean prefill) {
    if (prefill ? first.prefill : first.decode) {
      return Optional.of(pool.plan().text());
    }
    Name other = pool.second();
    return other != null
            && second.filter(kinds -> prefill ? kinds.prefill : kinds.decode).isPresent()
        ? Optional.of(other.text())
        : Optional.empty();
  }

  /** What steps a plan has. */
  private record Kinds(boolean prefill, boolean decode) {}

  private Optional<Kinds> kinds(ServeItem.Pool pool, Name name) {
    Optional<Declaration.Plan> found = plans.find(name);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Declaration.Plan plan = found.get();
    boolean prefill = plan.items().stream().anyMatch(PlanItem.Prefill.class::isInstance);
    boolean decode = plan.items().stream().anyMatch(PlanItem.Decode.class::isInstance);
    if (!plan.model().text().equals(serve.model().text())) {
      refuse(
          pool,
          name,
          "it is of %s, not of %s".formatted(plan.model(), serve.model()),
          "name a plan of %s".formatted(serve.model()));
      return Optional.empty();
    }
    if (prefill && decode) {
      refuse(
          pool,
          name,
          "its step is a mixed one, of which times are not known for each number of tokens",
          "write a plan with a line `prefill` and another with a line `decode`");
      return Optional.empty();
    }
    return Optional.of(new Kinds(prefill, decode));
  }

  private void refuse(ServeItem.Pool pool, Name plan, String why, String help) {
    diagnostics.report(Code.POOL_PLAN, plan.span(), pool.role(), plan, why).help(help).add();
  }

  private void unknown(String sort, Name name, List<String> words) {
    diagnostics
        .report(Code.UNKNOWN_NAME, name.span(), sort, name)
        .help(Spelling.help(name.text(), words))
        .add();
  }

  private Serving.Transfer transfer(ServeItem.Transfer line) {
    ServeFigures figures =
        new ServeFigures(
            "transfer", line.figures(), List.of("at", "latency", "overlap"), diagnostics);
    Optional<BigDecimal> rate = figures.quantity("at", Units.BANDWIDTH);
    if (rate.isEmpty()) {
      figures.missing(line.span(), "the rate of a line", "transfer (at = 45 GB/s)");
    }
    return new Serving.Transfer(
        rate.map(BigDecimal::doubleValue).orElse(1.0),
        figures.quantity("latency", Units.TIME).map(BigDecimal::longValue).orElse(0L),
        figures.isWord("overlap", "layer"));
  }

  private Serving.Load load(ServeItem.Requests line) {
    Optional<Serving.Arrival> known = Serving.Arrival.named(line.kind().text());
    if (known.isEmpty()) {
      unknown("kind of arrivals", line.kind(), Serving.Arrival.words());
    }
    Serving.Arrival arrival = known.orElse(Serving.Arrival.POISSON);
    List<String> taken = new ArrayList<>();
    if (arrival == Serving.Arrival.TRACE) {
      taken.add("count");
    } else {
      taken.addAll(List.of("input", "output", "spread", "count"));
    }
    if (arrival == Serving.Arrival.GAMMA) {
      taken.add("variation");
    }
    String owner = "requests " + line.kind().text();
    ServeFigures figures = new ServeFigures(owner, line.figures(), taken, diagnostics);
    Name file = line.file();
    OptionalInt input = figures.count("input", ServeLimits.MOST_TOKENS);
    OptionalInt output = figures.count("output", ServeLimits.MOST_TOKENS);
    if (known.isPresent()) {
      checkBehind(line, arrival, owner, figures);
    }
    if (arrival != Serving.Arrival.TRACE && (input.isEmpty() || output.isEmpty())) {
      figures.missing(
          line.span(), "lengths of prompts and answers", owner + " … (input = 4096, output = 512)");
    }
    return new Serving.Load(
        arrival,
        line.amount() == null ? 0 : line.amount().number().doubleValue(),
        file == null ? null : new Serving.Name(file.text(), file.span()),
        input.orElse(1),
        output.orElse(1),
        figures.quantity("spread", Units.SHARE).map(BigDecimal::doubleValue).orElse(1.0),
        figures
            .number("variation", ServeLimits.LEAST_VARIATION, ServeLimits.MOST_VARIATION)
            .orElse(1),
        figures
            .count("count", ServeLimits.MOST_REQUESTS)
            .orElse(arrival == Serving.Arrival.TRACE ? ServeLimits.MOST_REQUESTS : COUNT));
  }

  /** What stands behind the kind: a file, a number of users, or a rate. */
  private void checkBehind(
      ServeItem.Requests line, Serving.Arrival arrival, String owner, ServeFigures figures) {
    boolean wantsFile = arrival == Serving.Arrival.TRACE;
    if (wantsFile != (line.file() != null)) {
      figures.missing(
          line.kind().span(),
          wantsFile ? "a file" : "a number",
          wantsFile ? "requests trace \"requests.csv\"" : owner + " 8");
      return;
    }
    if (wantsFile) {
      return;
    }
    boolean isClosed = arrival == Serving.Arrival.CLOSED;
    BigDecimal amount = line.amount() == null ? BigDecimal.ZERO : line.amount().number();
    boolean inRange =
        isClosed
            ? amount.signum() > 0
                && amount.doubleValue() <= ServeLimits.MOST_REQUESTS
                && amount.stripTrailingZeros().scale() <= 0
            : amount.doubleValue() >= ServeLimits.LEAST_RATE
                && amount.doubleValue() <= ServeLimits.MOST_RATE;
    if (!inRange) {
      diagnostics
          .report(
              Code.OUT_OF_RANGE,
              line.kind().span(),
              isClosed
                  ? "`closed 256`: a number of users"
                  : "a rate above 0: 0.000000001 to 1,000,000,000 requests per second")
          .add();
    }
  }

  private Serving.Batching batching(ServeItem.Batching line, boolean areTwo) {
    Optional<BatchPolicy> policy = BatchPolicy.named(line.policy().text());
    if (policy.isEmpty()) {
      unknown("scheduler", line.policy(), BatchPolicy.words());
    }
    if (areTwo && policy.equals(Optional.of(BatchPolicy.STATIC))) {
      pools(
          line.policy().span(),
          "static batches stay where they are",
          "use one pool `both`, or another scheduler");
    }
    ServeFigures figures =
        new ServeFigures(
            "batching",
            line.figures(),
            List.of("tokens", "sequences", "memory", "pages"),
            diagnostics);
    Optional<BigDecimal> memory = figures.quantity("memory", Units.SHARE);
    int tokens = figures.count("tokens", ServeLimits.MOST_TOKENS).orElse(ServeLimits.TOKENS);
    int sequences = figures.count("sequences", MOST_SEQUENCES).orElse(ServeLimits.SEQUENCES);
    if (sequences > tokens
        && policy
            .filter(each -> each != BatchPolicy.SGLANG && each != BatchPolicy.STATIC)
            .isPresent()) {
      diagnostics
          .report(
              Code.OUT_OF_RANGE,
              line.span(),
              "as many tokens of a step as sequences, which get one each")
          .help(
              "write `tokens = %d` or more, or `sequences = %d` or less"
                  .formatted(sequences, tokens))
          .add();
    }
    return new Serving.Batching(
        policy.orElse(BatchPolicy.VLLM),
        tokens,
        sequences,
        memory.map(BigDecimal::doubleValue).orElse(ServeLimits.MEMORY),
        figures.count("pages", MOST_PAGES),
        line.span());
  }

  private Serving.Route route(ServeItem.Route line) {
    List<String> words = List.of("round_robin", "least_loaded");
    if (!words.contains(line.rule().text())) {
      unknown("kind of routing", line.rule(), words);
    }
    boolean leastLoaded = line.rule().text().equals("least_loaded");
    ServeFigures figures =
        new ServeFigures(
            "route " + line.rule().text(),
            line.figures(),
            leastLoaded ? List.of("prefix") : List.of(),
            diagnostics);
    return new Serving.Route(
        leastLoaded, figures.number("prefix", LEAST_PREFIX, MOST_PREFIX).orElse(0));
  }

  private List<Goal> goals(ServeItem.Goals line) {
    List<Goal> goals = new ArrayList<>();
    for (ServeItem.Bound bound : line.bounds()) {
      Optional<Goal.Metric> metric = Goal.Metric.named(bound.metric().text());
      Name said = bound.share();
      Optional<Goal.Share> share = share(said);
      if (metric.isEmpty()) {
        unknown("metric", bound.metric(), Goal.Metric.words());
      }
      if (said != null && share.isEmpty()) {
        unknown("share", said, Goal.Share.words());
      }
      if (!bound.isMost()) {
        diagnostics
            .report(Code.AIM_BACKWARDS, bound.span(), bound.metric(), "less")
            .help("write `<=`")
            .add();
      }
      Optional<BigDecimal> limit = Units.TIME.read(bound.limit(), diagnostics);
      if (metric.isPresent() && share.isPresent() && limit.isPresent()) {
        goals.add(new Goal(metric.get(), share.get(), limit.get().doubleValue() / 1e9));
      }
    }
    return goals;
  }

  /** The mean where none is named. */
  private static Optional<Goal.Share> share(@Nullable Name said) {
    return said == null ? Optional.of(Goal.Share.MEAN) : Goal.Share.named(said.text());
  }
}
