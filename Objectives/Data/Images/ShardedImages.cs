namespace NativeSsl;

/// <summary>The images of a sharded set, straight from its files: nothing is kept but the labels, and some open files.</summary>
sealed class ShardedImages : IImageSource
{
    /// <summary>Systems allow a process a thousand open files, or a few hundred.</summary>
    const int MaxOpen = 128;

    readonly string _folder;
    readonly ShardIndex _index;
    readonly bool[] _verified;
    readonly Dictionary<int, SafetensorsFile> _open = [];
    readonly Queue<int> _opened = [];
    // a file has one position, so one thread reads at a time
    readonly Lock _lock = new();

    internal ShardedImages(string folder)
    {
        _folder = folder;
        string file = Path.Combine(folder, ShardIndex.FileName);
        _index = ShardIndex.Parse(WholeFile.Read(file), file);
        _verified = new bool[_index.Shards.Count];
        // room for labels is made file by file, for what the index claims may be a lie
        List<int> labels = [];
        for (int shard = 0; shard < _index.Shards.Count; shard++) AddLabels(shard, labels);
        Labels = _index.Labelled ? labels : null;
    }

    public string Name => _index.Name;
    public int Count => _index.Count;
    public ImageSize Size => _index.Size;
    public IReadOnlyList<int>? Labels { get; }
    public IReadOnlyList<string> Classes => _index.Classes;

    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        this.CheckRead(places, pixels);
        lock (_lock)
            for (int i = 0; i < places.Length; i++)
            {
                (int shard, int place) = Math.DivRem(places[i], _index.ImagesPerShard);
                Verified(shard).ReadBytes(ImageShards.Images, (long)place * Size.Bytes, pixels.Slice(i * Size.Bytes, Size.Bytes));
            }
    }

    SafetensorsFile Verified(int shard)
    {
        if (_open.TryGetValue(shard, out SafetensorsFile? file)) return file;
        file = Open(shard);
        try
        {
            if (!_verified[shard]) file.Verify();
        }
        catch
        {
            file.Dispose();
            throw;
        }
        _verified[shard] = true;
        if (_opened.Count == MaxOpen && _open.Remove(_opened.Dequeue(), out SafetensorsFile? oldest)) oldest.Dispose();
        _open.Add(shard, file);
        _opened.Enqueue(shard);
        return file;
    }

    SafetensorsFile Open(int shard)
    {
        string path = Path.Combine(_folder, _index.Shards[shard]);
        if (new FileInfo(path).LinkTarget is not null)
            throw new MalformedFileException(path, "it is a link, which may lead anywhere; put the file itself there.");
        SafetensorsFile file = SafetensorsFile.Open(path);
        try
        {
            int count = _index.ImagesOf(shard);
            Check(file, ImageShards.Images, SafetensorsType.UInt8, [count, Size.Height, Size.Width, Size.Channels]);
            if (_index.Labelled) Check(file, ImageShards.Labels, SafetensorsType.Int64, [count]);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static void Check(SafetensorsFile file, string name, SafetensorsType type, ReadOnlySpan<long> lengths)
    {
        SafetensorsEntry entry = file[name];
        if (entry.Type != type || !entry.Lengths.SequenceEqual(lengths))
            throw new MalformedFileException(file.Path, $"tensor '{name}' is {entry}, but the index says " +
                $"{type} [{string.Join(", ", lengths.ToArray())}]. Do the two belong together?");
    }

    void AddLabels(int shard, List<int> labels)
    {
        using SafetensorsFile file = Open(shard);
        if (!_index.Labelled) return;
        long[] values = new long[_index.ImagesOf(shard)];
        file.Read(ImageShards.Labels, values);
        for (int i = 0; i < values.Length; i++)
            labels.Add(values[i] >= 0 && values[i] < Classes.Count ? (int)values[i]
                : throw new MalformedFileException(file.Path,
                    $"label {i} is {values[i]}, but there are {Classes.Count} classes, from 0 on."));
    }
}
