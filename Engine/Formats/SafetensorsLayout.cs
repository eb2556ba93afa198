using System.Text.Json;

namespace NativeSsl;

// Where the tensors lie: each as long as its type and shape say, and all of them together exactly the data.
sealed partial class SafetensorsHeader
{
    long _claimed;

    SafetensorsEntry CheckSize(ref Utf8JsonReader reader, string name, SafetensorsType type, long[] shape, long start, long end)
    {
        long bytes = type.Size();
        try { foreach (long length in shape) bytes = checked(bytes * length); }
        catch (OverflowException) { throw Wrong(ref reader, $"tensor {Quote(name)} [{string.Join(", ", shape)}] has more than 2⁶³ bytes"); }
        if (end < start || end > _bodyLength)
            throw Wrong(ref reader, $"tensor {Quote(name)} lies at {start} … {end}, but the file has {_bodyLength} bytes of data");
        if (end - start != bytes)
            throw Wrong(ref reader, $"tensor {Quote(name)} {type.Name()} [{string.Join(", ", shape)}] needs {bytes} bytes, " +
                $"but its offsets {start} … {end} hold {end - start}");
        if ((_claimed += bytes) > _bodyLength) throw Wrong(ref reader, $"the tensors up to {Quote(name)} overlap");
        return new SafetensorsEntry(name, type, shape, start, end);
    }

    // The tensors must cover the data without a gap or an overlap; otherwise bytes could hide in between.
    void CheckLayout()
    {
        long place = 0;
        foreach (SafetensorsEntry entry in InFileOrder())
        {
            if (entry.Start != place)
                throw new MalformedFileException(_file, $"tensor {Quote(entry.Name)} begins at byte {entry.Start} of the data; " +
                    $"the one before it ends at {place}.");
            place = entry.End;
        }
        if (place != _bodyLength)
            throw new MalformedFileException(_file, $"the tensors end at byte {place} of the data, " +
                $"but {_bodyLength} bytes follow the header; cut short, or something was appended.");
    }

    /// <summary>The tensors by place; of those without bytes, and so at one place, in the order of their names.</summary>
    public SafetensorsEntry[] InFileOrder()
    {
        SafetensorsEntry[] entries = [.. Entries.Values];
        Array.Sort(entries, static (left, right) =>
            left.Start != right.Start ? left.Start.CompareTo(right.Start)
            : left.End != right.End ? left.End.CompareTo(right.End)
            : string.CompareOrdinal(left.Name, right.Name));
        return entries;
    }
}
