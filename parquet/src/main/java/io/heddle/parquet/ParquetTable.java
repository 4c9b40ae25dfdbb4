package io.heddle.parquet;

import com.jerolba.carpet.CarpetWriter;
import com.jerolba.carpet.model.FieldType;
import com.jerolba.carpet.model.FieldTypes;
import com.jerolba.carpet.model.WriteRecordModelType;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointTable;
import io.heddle.cli.sweep.TableColumn;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/** Points as Parquet: whole numbers in 64 bits, shares and rates as doubles, the rest as texts. */
public final class ParquetTable implements PointTable {
  /** For the service loader. */
  public ParquetTable() {}

  @Override
  public String format() {
    return "parquet";
  }

  /** A point; the columns of a table are not known before it is made. */
  record Row(PointResult point) {}

  @Override
  public void write(
      OutputStream out, List<TableColumn> columns, Consumer<Consumer<PointResult>> points)
      throws IOException {
    WriteRecordModelType<Row> model = FieldTypes.writeRecordModel(Row.class);
    for (TableColumn column : columns) {
      model = model.withField(column.name(), type(column.kind()), row -> cell(column, row));
    }
    try (CarpetWriter<Row> writer =
        new CarpetWriter.Builder<>(out, Row.class)
            .withWriteRecordModel(model)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .build()) {
      points.accept(point -> write(writer, point));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void write(CarpetWriter<Row> writer, PointResult point) {
    try {
      writer.write(new Row(point));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FieldType type(TableColumn.Kind kind) {
    return switch (kind) {
      case TEXT -> FieldTypes.STRING;
      case WHOLE -> FieldTypes.LONG;
      case REAL -> FieldTypes.DOUBLE;
      case TRUTH -> FieldTypes.BOOLEAN;
    };
  }

  private static @Nullable Object cell(TableColumn column, Row row) {
    String text = column.text().apply(row.point());
    if (text.isEmpty() && column.kind() != TableColumn.Kind.TEXT) {
      return null;
    }
    return switch (column.kind()) {
      case TEXT -> text;
      case WHOLE -> Long.parseLong(text);
      case REAL -> Double.parseDouble(text);
      case TRUTH -> Boolean.parseBoolean(text);
    };
  }
}
