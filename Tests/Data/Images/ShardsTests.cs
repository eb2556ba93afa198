using System.Text;

namespace NativeSsl.Tests.Images;

/// <summary>Sets in shards: the same bytes, in little memory, and nothing believed.</summary>
public sealed class ShardsTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static ImageSet Set(int count, int side = 4, bool labelled = true)
    {
        ImageSize size = new(side, side + 1, 3);
        byte[] pixels = [.. Enumerable.Range(0, count * size.Bytes).Select(i => (byte)(i * 7 + i / 251))];
        int[]? labels = labelled ? [.. Enumerable.Range(0, count).Select(i => i % 3)] : null;
        return new("made up", size, pixels, labels, labelled ? ["a", "b", "ü"] : []);
    }

    static byte[] Read(IImageSource source, int[] places)
    {
        byte[] pixels = new byte[places.Length * source.Size.Bytes];
        source.Read(places, pixels);
        return pixels;
    }

    [Theory, InlineData(1), InlineData(7), InlineData(20), InlineData(1000)]
    public void Sharded_and_unsharded_reading_give_the_same_bytes(int imagesPerShard)
    {
        ImageSet set = Set(20);
        ImageShards.Write(set, _scratch.File("set"), imagesPerShard);
        Assert.Equal((20 + imagesPerShard - 1) / imagesPerShard + 1, Directory.GetFiles(_scratch.File("set")).Length);
        RandomSource random = new(1, 0);
        foreach (long cache in new[] { 0, 1000, 1 << 20 })
        {
            CachedImages read = ImageShards.Open(_scratch.File("set"), cache);
            Assert.Equal((set.Name, set.Count, set.Size), (read.Name, read.Count, read.Size));
            Assert.Equal(set.Labels, read.Labels);
            Assert.Equal(set.Classes, read.Classes);
            for (int batch = 0; batch < 20; batch++)
            {
                int[] places = [.. Enumerable.Range(0, 8).Select(_ => random.NextInt(20))];
                Assert.Equal(Read(set, places), Read(read, places));
            }
            Assert.Throws<ShapeException>(() => read.Read([20], new byte[60]));
        }
    }

    [Fact]
    public void The_same_set_gives_the_same_files_and_one_without_labels_has_none()
    {
        ImageShards.Write(Set(5), _scratch.File("a"), 2);
        ImageShards.Write(Set(5), _scratch.File("b"), 2);
        foreach (string file in Directory.GetFiles(_scratch.File("a")))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_scratch.File("b"), Path.GetFileName(file))));
        ImageShards.Write(Set(5, labelled: false), _scratch.File("c"), 2);
        Assert.Null(ImageShards.Open(_scratch.File("c")).Labels);
        Assert.Contains("already", Assert.Throws<NativeSslException>(() => ImageShards.Write(Set(5), _scratch.File("a"), 2)).Message);
        Assert.Throws<NativeSslException>(() => ImageShards.Write(Set(5), _scratch.File("d"), 0));
        Assert.Throws<NativeSslException>(() => ImageShards.Write(Set(0), _scratch.File("d"), 1));
    }

    [Fact]
    public void What_fits_the_cache_is_read_from_its_files_once()
    {
        CountingSource source = new(Set(10));
        CachedImages cached = new(source, 1 << 20);
        for (int i = 0; i < 3; i++) Read(cached, [1, 2, 3, 2, 1]);
        Assert.Equal(3 + 2, source.Reads);                                      // twice in one batch is read twice
        CachedImages two = new(source, 2 * (source.Size.Bytes + 160));
        source.Reads = 0;
        foreach (int place in new[] { 1, 2, 1, 3, 1, 2 }) Read(two, [place]);   // 3 drives out 2, not 1, which was asked for since
        Assert.Equal(4, source.Reads);
    }

    sealed class CountingSource(ImageSet set) : IImageSource
    {
        public int Reads { get; set; }
        public string Name => set.Name;
        public int Count => set.Count;
        public ImageSize Size => set.Size;
        public IReadOnlyList<int>? Labels => set.Labels;
        public IReadOnlyList<string> Classes => set.Classes;

        public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
        {
            Reads += places.Length;
            set.Read(places, pixels);
        }
    }

    public static TheoryData<string, string, string> Indexes => new()
    {
        { "nativessl-image-shards", "other", "whose format is" }, { "\"version\": 1", "\"version\": 2", "Use a newer one" },
        { "\"version\": 1", "\"version\": 0", "'version' is 0" }, { "\"height\": 4", "\"height\": 0", "'height' is 0" },
        { "\"height\": 4", "\"height\": -4", "'height' is -4" }, { "\"height\": 4", "\"height\": 4.5", "whole number" },
        { "\"height\": 4", "\"height\": \"4\"", "a Number is expected" }, { "\"height\": 4", "\"height\": 5", "the index says" },
        { "\"height\": 4", "\"height\": 1e99", "whole number" }, { "\"width\": 5", "\"width\": 65537", "'width' is 65537" },
        { "\"channels\": 3", "\"channels\": 5", "'channels' is 5" }, { "\"channels\": 3", "\"channels\": 1", "the index says" },
        { "\"count\": 5", "\"count\": 0", "'count' is 0" }, { "\"count\": 5", "\"count\": 6", "the index says" },
        { "\"count\": 5", "\"count\": 2147483647", "are 1073741824 shards" }, { "\"count\": 5", "\"count\": 2147483648", "whole number" },
        { "\"imagesPerShard\": 2", "\"imagesPerShard\": 0", "'imagesPerShard' is 0" },
        { "\"imagesPerShard\": 2", "\"imagesPerShard\": 3", "are 2 shards" }, { "\"labelled\": true", "\"labelled\": 1", "true or false" },
        { "\"labelled\": true,", "", "true or false" }, { "\"name\": \"made up\",", "", "'name' is missing" },
        { "\"name\": \"made up\",", "\"name\": \"made up\", \"extra\": 1,", "'extra' is unknown" },
        { "\"name\": \"made up\",", "\"name\": \"a\", \"name\": \"b\",", "stands there twice" },
        { "\"a\",", "1,", "a list of at most" }, { "\"classes\": [", "\"classes\": [[],", "a list of at most" },
        { "\"a\",", "", "but there are 2 classes" }, { "{", "[", "not valid JSON" }, { "\n}", "", "not valid JSON" },
        { "shard-00001", "../shard-00001", "a file in the same folder" }, { "shard-00001", "/shard-00001", "a file in the same folder" },
        { "shard-00001", "x\\\\shard-00001", "a file in the same folder" }, { "shard-00001", "C:shard-00001", "a file in the same folder" },
        { "shard-00001", "x/shard-00001", "a file in the same folder" }, { "shard-00001", ".shard-00001", "a file in the same folder" },
        { "shard-00001.safetensors", "..", "a file in the same folder" }, { "shard-00001.safetensors", "", "a file in the same folder" },
        { "shard-00001.safetensors", "index.json", "a file in the same folder" },
        { "shard-00001", "sh\\u0000", "a file in the same folder" },
        { "shard-00001", "shard-00001\\u202e", "a file in the same folder" }, { "shard-00001", "shard-00000", "names a file twice" },
        { "shard-00001", "SHARD-00000", "names a file twice" }, { "shard-00001", "shard-00009", "cannot be read" },
        { "shard-00001", "shard-00002", "names a file twice" },
    };

    [Theory, MemberData(nameof(Indexes))]
    public void A_wrong_index_is_refused(string from, string to, string reason)
    {
        ImageShards.Write(Set(5), _scratch.File("set"), 2);
        string file = Path.Combine(_scratch.File("set"), "index.json"), text = File.ReadAllText(file);
        int place = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(place >= 0);
        File.WriteAllText(file, text[..place] + to + text[(place + from.Length)..]);
        Assert.Contains(reason, Assert.Throws<MalformedFileException>(() => ImageShards.Open(_scratch.File("set"))).Message);
    }

    [Fact]
    public void Mutated_indexes_raise_nothing_else()
    {
        byte[] json = new ShardIndex("x", new(4, 5, 3), 5, 2, true, ["a", "b"]).ToJson();
        Mutations.Try(json, 100_000, bytes => ShardIndex.Parse(bytes, "index.json"));
        for (int length = 0; length < json.Length - 1; length++)
            Assert.Throws<MalformedFileException>(() => ShardIndex.Parse(json.AsMemory(0, length), "index.json"));
        Assert.Equal("x", ShardIndex.Parse(json, "index.json").Name);
    }

    [Fact]
    public void Damaged_missing_and_linked_shards_are_refused()
    {
        ImageShards.Write(Set(5), _scratch.File("set"), 2);
        string shard = Path.Combine(_scratch.File("set"), "shard-00001.safetensors");
        byte[] good = File.ReadAllBytes(shard), bad = [.. good];
        Assert.Contains("safetensors", Encoding.ASCII.GetString(File.ReadAllBytes(Path.Combine(_scratch.File("set"), "index.json"))));
        bad[^1] ^= 1;
        File.WriteAllBytes(shard, bad);
        CachedImages read = ImageShards.Open(_scratch.File("set"));
        Assert.Equal(Read(Set(5), [0, 1, 4]), Read(read, [0, 1, 4]));           // the other shards are whole
        Assert.Contains("they were damaged", Assert.Throws<MalformedFileException>(() => Read(read, [2])).Message);
        File.WriteAllBytes(shard, good[..^1]);
        Assert.Throws<MalformedFileException>(() => ImageShards.Open(_scratch.File("set")));
        File.Delete(shard);
        Assert.Contains("cannot be read", Assert.Throws<MalformedFileException>(() => ImageShards.Open(_scratch.File("set"))).Message);
        File.WriteAllBytes(_scratch.File("elsewhere.safetensors"), good);
        File.CreateSymbolicLink(shard, _scratch.File("elsewhere.safetensors"));
        Assert.Contains("it is a link", Assert.Throws<MalformedFileException>(() => ImageShards.Open(_scratch.File("set"))).Message);
    }
}
