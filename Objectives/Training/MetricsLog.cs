using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">How many optimizer steps had been done.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Values">What was measured, by name.</param>
public sealed record MetricsLine(long Step, DateTimeOffset Time, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>What kept the run from learning, as a sentence, if it was said at this step.</summary>
    public string? Warning { get; init; }

    /// <summary>Whether a value of this name is a matter of the clock or the machine,
    /// and so differs between two runs of one recipe.</summary>
    public static bool IsOfTheClock(string name) =>
        name.EndsWith("Seconds", StringComparison.OrdinalIgnoreCase) || name.EndsWith("PerSecond", StringComparison.Ordinal)
            || name.EndsWith("Bytes", StringComparison.OrdinalIgnoreCase);

    /// <summary>The line without the time and all that is of the clock, and without the warning, which a run that goes on may repeat:
    /// equal for an interrupted and an uninterrupted run.</summary>
    public string ToComparable() => FormattableString.Invariant($"{Step}") + string.Concat(Values.Where(value => !IsOfTheClock(value.Key))
        .OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => FormattableString.Invariant($" {value.Key}={value.Value:R}")));
}

/// <summary>
/// The diary of a run, one JSON object a line, only ever appended to: the source of every picture. A line that a killed process did not
/// finish is ignored, and dropped when the run goes on.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    readonly FileStream _stream;
    readonly ArrayBufferWriter<byte> _line = new();
    readonly string _path;
    long _last;

    MetricsLog(FileStream stream, string path, long last) => (_stream, _path, _last) = (stream, path, last);

    /// <summary>Opens the diary for appending.</summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="resumeAt">The step of the checkpoint from which the run goes on:
    /// later lines are dropped, for they will come again.</param>
    /// <exception cref="MalformedFileException">A line, other than an unfinished last one, is not a line of metrics.</exception>
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static MetricsLog Open(string path, long resumeAt)
    {
        long keep = 0, last = 0;
        if (File.Exists(path))
            foreach ((MetricsLine line, long end) in Lines(WholeFile.Read(path), path))
                if (line.Step <= resumeAt) (keep, last) = (end, line.Step);
        try
        {
            FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.SetLength(keep);
            stream.Position = keep;
            return new MetricsLog(stream, path, last);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(path, $"metrics cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Appends a line; it is in the hands of the operating system when this returns.</summary>
    /// <param name="step">How many optimizer steps have been done; never less than in the line before.</param>
    /// <param name="values">Name and value; NaN and infinities are kept as strings.</param>
    /// <exception cref="FileWriteException">The disk is full.</exception>
    public void Append(long step, params ReadOnlySpan<(string Name, double Value)> values) => Append(step, null, values);

    /// <summary>Appends a line with a sentence in it.</summary>
    /// <param name="step">How many optimizer steps have been done; never less than in the line before.</param>
    /// <param name="warning">What keeps the run from learning; null if nothing new does.</param>
    /// <param name="values">Name and value; NaN and infinities are kept as strings.</param>
    /// <exception cref="FileWriteException">The disk is full.</exception>
    public void Append(long step, string? warning, params ReadOnlySpan<(string Name, double Value)> values)
    {
        if (step < _last) throw new NativeSslException($"MetricsLog: step {step} after step {_last}; lines must come in order.");
        _line.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_line))
        {
            json.WriteStartObject();
            json.WriteNumber("step"u8, step);
            json.WriteString("time"u8, DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            foreach ((string name, double value) in values)
                if (double.IsFinite(value)) json.WriteNumber(name, value);
                else json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
            if (warning is not null) json.WriteString("warning"u8, warning);
            json.WriteEndObject();
        }
        _line.Write("\n"u8);
        try { _stream.Write(_line.WrittenSpan); }
        catch (IOException error)
        {
            throw new FileWriteException(_path, $"a line of metrics cannot be written: {error.Message} Is the disk full?", error);
        }
        _last = step;
    }

    /// <summary>Puts all lines on the disk: before a checkpoint, so that after a power cut no checkpoint is ahead of its diary.</summary>
    /// <exception cref="FileWriteException">The disk is full.</exception>
    public void Flush()
    {
        try { _stream.Flush(flushToDisk: true); }
        catch (IOException error)
        {
            throw new FileWriteException(_path, $"metrics cannot be flushed: {error.Message} Is the disk full?", error);
        }
    }

    /// <summary>All finished lines of a diary, also of a run that is still going on.</summary>
    /// <exception cref="MalformedFileException">A line, other than an unfinished last one, is not a line of metrics.</exception>
    public static IReadOnlyList<MetricsLine> Read(string path) => [.. Lines(WholeFile.Read(path), path).Select(line => line.Line)];

    /// <summary>All finished lines of a diary in memory.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static IReadOnlyList<MetricsLine> Parse(ReadOnlyMemory<byte> content, string file) =>
        [.. Lines(content, file).Select(line => line.Line)];

    static IEnumerable<(MetricsLine Line, long End)> Lines(ReadOnlyMemory<byte> content, string file)
    {
        long last = 0;
        for (int start = 0, number = 1; content.Span[start..].IndexOf((byte)'\n') is >= 0 and int length; start += length + 1, number++)
        {
            string place = $"{file}, line {number}";
            MetricsLine line = ParseLine(content.Slice(start, length), place);
            if (line.Step < last)
                throw new MalformedFileException(place, $"step {line.Step} stands after step {last}; two runs were mixed?");
            last = line.Step;
            yield return (line, start + length + 1);
        }
    }

    static MetricsLine ParseLine(ReadOnlyMemory<byte> json, string place)
    {
        Dictionary<string, JsonElement> fields = FlatJson.Read(json, place);
        if (!fields.Take("step", JsonValueKind.Number, place).TryGetInt64(out long step) || step < 0)
            throw new MalformedFileException(place, "field 'step' is not a whole number from 0 on.");
        string time = fields.Take("time", JsonValueKind.String, place).GetString()!;
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset when))
            throw new MalformedFileException(place, $"field 'time' is '{time}', not a time like 2026-01-31T12:00:00.000Z.");
        string? warning = fields.ContainsKey("warning") ? fields.Take("warning", JsonValueKind.String, place).GetString() : null;
        Dictionary<string, double> values = new(StringComparer.Ordinal);
        foreach ((string name, JsonElement value) in fields) values[name] = Number(name, value, place);
        return new MetricsLine(step, when, values) { Warning = warning };
    }

    static double Number(string name, JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : value.ValueKind != JsonValueKind.String
            ? throw new MalformedFileException(place, $"field '{name}' is {FlatJson.Show(value)}; a number is expected.")
        : value.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw new MalformedFileException(place, $"field '{name}' is {FlatJson.Show(value)}; a number is expected."),
        };

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();
}
