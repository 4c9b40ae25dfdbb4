package io.heddle.cli.request;

import io.heddle.plan.serving.ServeLimits;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.Arrivals;
import io.heddle.runtime.serving.Requests;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The requests that are served.
 *
 * @param file that they are read of; empty where they are drawn
 */
public record ServedRequests(Requests requests, Optional<RequestFile> file) {
  /**
   * Reads or draws requests.
   *
   * @param specification whose folder the file of a {@code trace} is looked for in
   * @param instead a file of requests that are served in place of the specification's, all of them
   * @param seed by which they are drawn
   * @throws io.heddle.cli.failure.Failure if a file has none
   */
  public static ServedRequests of(
      Serving serving, Path specification, @Nullable Path instead, long seed) {
    if (instead != null) {
      return read(instead, ServeLimits.MOST_REQUESTS);
    }
    Serving.Name said = serving.load().file();
    if (said == null) {
      return new ServedRequests(drawn(serving.load(), seed), Optional.empty());
    }
    Path folder = specification.toAbsolutePath().getParent();
    return read(
        folder == null ? Path.of(said.text()) : folder.resolve(said.text()),
        serving.load().count());
  }

  private static ServedRequests read(Path path, int most) {
    RequestFile file = RequestFile.read(path, most);
    return new ServedRequests(file.requests(), Optional.of(file));
  }

  private static Requests drawn(Serving.Load load, long seed) {
    Arrivals arrivals =
        switch (load.arrival()) {
          case POISSON -> new Arrivals.Poisson(load.amount(), load.count());
          case GAMMA -> new Arrivals.Gamma(load.amount(), load.variation(), load.count());
          case CLOSED -> new Arrivals.Closed((int) load.amount(), load.count());
          case TRACE -> throw new IllegalStateException("requests of a file are read");
        };
    return arrivals.draw(new Arrivals.Lengths(load.input(), load.output(), load.least()), seed);
  }
}
