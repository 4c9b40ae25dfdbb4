package io.heddle.cli.output;

import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Mesh;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.report.MeanCommunicationTime;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StepReport;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The times of ranks as comma-separated values (RFC 4180), a row for each. Times are ns. */
public final class StepCsv {
  private StepCsv() {}

  /** Writes all rows, with one of names first. The writer stays open. */
  public static void write(Writer out, StepReport report) throws IOException {
    Mesh mesh = report.plan().mesh();
    List<Communication> sorts =
        report.communications().stream().map(MeanCommunicationTime::what).toList();
    out.write(Csv.row(names(mesh, sorts)));
    for (RankTimes rank : report.ranks()) {
      out.write(Csv.row(values(rank, mesh, sorts)));
    }
    out.flush();
  }

  private static List<String> names(Mesh mesh, List<Communication> sorts) {
    List<String> names = new ArrayList<>(List.of("rank", "stage"));
    for (Axis axis : mesh.axes()) {
      names.add("mesh." + axis.name());
    }
    names.addAll(
        List.of("cycles", "compute", "communication", "exposed_communication", "idle", "bubble"));
    for (Communication sort : sorts) {
      String name = sort.axesName() + "." + sort.kind();
      names.add(name + ".busy");
      names.add(name + ".exposed");
    }
    return names;
  }

  private static List<String> values(RankTimes rank, Mesh mesh, List<Communication> sorts) {
    List<String> values = new ArrayList<>();
    values.add(String.valueOf(rank.rank()));
    values.add(String.valueOf(rank.stage()));
    for (int axis = 0; axis < mesh.axes().size(); axis++) {
      values.add(String.valueOf(mesh.coordinate(rank.rank(), axis)));
    }
    values.add(Long.toUnsignedString(rank.cycles()));
    values.add(Long.toUnsignedString(rank.compute()));
    values.add(known(rank.communication()));
    values.add(known(rank.exposedCommunication()));
    values.add(known(rank.idle()));
    values.add(rank.bubble().isPresent() ? Json.plain(rank.bubble().getAsDouble()) : "");
    for (Communication sort : sorts) {
      Optional<CommunicationTime> time =
          rank.communications().stream().filter(one -> one.what().equals(sort)).findFirst();
      values.add(time.map(one -> Long.toUnsignedString(one.busy())).orElse("0"));
      values.add(time.map(one -> Long.toUnsignedString(one.exposed())).orElse("0"));
    }
    return values;
  }

  private static String known(OptionalLong nanos) {
    return nanos.isPresent() ? Long.toUnsignedString(nanos.getAsLong()) : "";
  }
}
