using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests;

/// <summary>What is written is read back, bit for bit.</summary>
public sealed class SafetensorsRoundTrip
{
    sealed record Given(string Name, SafetensorsType Type, long[] Shape, byte[] Data);

    static byte[] Write(IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null, bool checksums = true)
    {
        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream, items, metadata, checksums);
        return stream.ToArray();
    }

    static SafetensorsFile Read(byte[] bytes) => SafetensorsFile.Open(new MemoryStream(bytes), "memory");

    static readonly Gen<string> Names =
        Gen.Elements("weight", "h.0.attn", "", "ключ", "重み", "𝒲", "e\u0301", "a\"b\\c\n", "\u2028", "\uFFFD", "İstanbul", "zażółć")
        .SelectMany(stem => Gen.Choose(0, 9999), (stem, number) => stem + number.ToString(CultureInfo.InvariantCulture));

    static readonly Gen<Given> Tensors =
        from name in Names
        from type in Gen.Elements(Enum.GetValues<SafetensorsType>())
        from rank in Gen.Choose(0, 5)
        from shape in Gen.Choose(0, 4).Select(length => (long)length).ArrayOf(rank)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Given(name, type, shape, Bytes(seed, shape.Aggregate(1L, (a, b) => a * b) * type.Size()));

    static byte[] Bytes(int seed, long count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Property(MaxTest = 1000)]
    public Property Any_tensors_survive_and_their_order_does_not_matter() => Prop.ForAll(Tensors.ArrayOf().ToArbitrary(), drawn =>
    {
        Given[] given = [.. drawn.DistinctBy(g => g.Name)];
        SafetensorsItem[] items = [.. given.Select(g => SafetensorsItem.FromBytes(g.Name, g.Type, g.Shape, g.Data))];
        byte[] bytes = Write(items, new Dictionary<string, string> { ["ключ"] = "значение \"𝒲\"" });
        Assert.Equal(bytes, Write(items.Reverse(), new Dictionary<string, string> { ["ключ"] = "значение \"𝒲\"" }));
        using SafetensorsFile file = Read(bytes);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal("значение \"𝒲\"", file.Metadata["ключ"]);
        Assert.Equal(2, file.Metadata.Count);
        Assert.Equal(given.Length, file.Entries.Count);
        foreach (Given g in given)
        {
            SafetensorsEntry entry = file[g.Name];
            Assert.Equal((g.Type, g.Data.Length), (entry.Type, (int)entry.Bytes));
            Assert.Equal(g.Shape, entry.Lengths.ToArray());
            byte[] data = new byte[entry.Bytes];
            file.ReadBytes(g.Name, data);
            Assert.Equal(g.Data, data);
        }
    });

    [Fact]
    public void Ten_thousand_tensors()
    {
        byte[] bytes = Write(Enumerable.Range(0, 10_000).Select(i => SafetensorsItem.From($"t{i}", [2], new float[] { i, -i })));
        using SafetensorsFile file = Read(bytes);
        float[] values = new float[2];
        file.Read("t9999", values);
        Assert.Equal([9999f, -9999f], values);
        file.Verify();
    }

    [Fact]
    public void Elements_are_aligned_and_sorted_as_the_reference_does()
    {
        SafetensorsType[] types = Enum.GetValues<SafetensorsType>();
        byte[] bytes = Write(types.SelectMany(type => new[] { "b", "a" }, (type, name) =>
            SafetensorsItem.FromBytes(type.Name() + name, type, [3], new byte[3 * type.Size()])));
        using SafetensorsFile file = Read(bytes);
        Assert.Equal("I64a I64b F64a F64b F32a F32b I32a I32b BF16a BF16b F16a F16b U8a U8b BOOLa BOOLb",
            string.Join(' ', file.Entries.Select(entry => entry.Name)));
        Assert.All(file.Entries, entry => Assert.Equal(0, entry.Start % entry.Type.Size()));
        Assert.Equal(0, (BitConverter.ToInt64(bytes) + 8) % 8);
    }

    [Fact]
    public void Without_checksums_the_bytes_are_those_of_the_reference_writer()
    {
        byte[] header = Encoding.ASCII.GetBytes("""{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}    """);
        byte[] expected = [0x40, 0, 0, 0, 0, 0, 0, 0, .. header, .. new byte[16]];
        Assert.Equal(expected, Write([SafetensorsItem.FromBytes("test", SafetensorsType.Int32, [2, 2], new byte[16])], checksums: false));
    }

    [CultureFact]
    public void Every_culture_writes_the_same_bytes()
    {
        byte[][] written = [.. CultureFactAttribute.InEach(() => Write(
            new[] { "İ", "I", "i", "ı", "Z", "z", "-1" }.Select(name => SafetensorsItem.From(name, [2], new[] { 0.5f, -1.5f })),
            new Dictionary<string, string> { ["İ"] = "ı", ["i"] = "I" }))];
        Assert.All(written, bytes => Assert.Equal(written[0], bytes));
    }

    [Fact]
    public void Tensors_of_a_device_go_out_and_come_back()
    {
        using Scratch scratch = new();
        CpuBackend backend = CpuBackend.Default;
        RandomSource random = new(1, 0);
        float[] values = [.. Enumerable.Range(0, 700 * 601).Select(_ => random.NextNormal())];              // longer than one piece
        Tensor weight = Tensor.From(backend, [700, 601], values), scalar = Tensor.From(backend, [], 3f),
            empty = Tensor.From(backend, [0, 5]);
        string path = scratch.File("model.safetensors");
        Safetensors.Save(path, new Dictionary<string, Tensor> { ["weight"] = weight, ["scalar"] = scalar, ["empty"] = empty });
        Dictionary<string, Tensor> read = Safetensors.Load(path, backend);
        Assert.Equal(3, read.Count);
        Assert.Equal(values, read["weight"].ToArray());
        Assert.Equal(new Shape(), read["scalar"].Shape);
        Assert.Equal(3f, read["scalar"].Item());
        Assert.Equal(Shape.Of(0, 5), read["empty"].Shape);

        // Saving over the file that one is reading from must not disturb the reader.
        using SafetensorsFile open = SafetensorsFile.Open(path);
        Safetensors.Save(path, new Dictionary<string, Tensor> { ["weight"] = scalar });
        Assert.Equal(values, open.Read("weight", backend).ToArray());
        Assert.Equal([3f], Safetensors.Load(path, backend)["weight"].ToArray());
    }

    [Theory, InlineData(SafetensorsType.Float16), InlineData(SafetensorsType.BFloat16)]
    public void Half_sizes_round_to_nearest_even(SafetensorsType type)
    {
        float[] values = [0f, -0f, 1f, 1.00390625f, 1.01171875f, 3.14159265f, 65504f, 1e-7f, float.NaN, float.PositiveInfinity,
            float.NegativeInfinity, BitConverter.UInt32BitsToSingle(0x7F800001)];
        byte[] bytes = Write([SafetensorsItem.From("x", [values.Length], values, type)]);
        float[] back = new float[values.Length];
        using SafetensorsFile file = Read(bytes);
        file.Read("x", back);
        for (int i = 0; i < values.Length; i++)
        {
            float expected = type == SafetensorsType.Float16 ? (float)(Half)values[i] : NearestBFloat16(values[i]);
            Assert.Equal(BitConverter.SingleToInt32Bits(float.IsNaN(expected) ? float.NaN : expected),
                BitConverter.SingleToInt32Bits(float.IsNaN(back[i]) ? float.NaN : back[i]));
        }

        static float NearestBFloat16(float value)
        {
            if (!float.IsFinite(value)) return value;
            float below = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000),
                above = BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000) + 0x10000);
            double down = Math.Abs((double)value - below), up = Math.Abs((double)above - value);
            return down < up || (down == up && (BitConverter.SingleToUInt32Bits(below) & 0x10000) == 0) ? below : above;
        }
    }

    [Fact]
    public void Whole_numbers_and_doubles_are_converted()
    {
        byte[] bytes = Write(
        [
            SafetensorsItem.From("long", [2], new[] { long.MaxValue, -1L }),
            SafetensorsItem.FromBytes("int", SafetensorsType.Int32, [1], BitConverter.GetBytes(-7)),
            SafetensorsItem.FromBytes("byte", SafetensorsType.UInt8, [1], new byte[] { 200 }),
            SafetensorsItem.FromBytes("bool", SafetensorsType.Bool, [1], new byte[] { 1 }),
            SafetensorsItem.FromBytes("double", SafetensorsType.Float64, [1], BitConverter.GetBytes(0.1)),
        ]);
        using SafetensorsFile file = Read(bytes);
        long[] two = new long[2], one = new long[1];
        file.Read("long", two);
        Assert.Equal([long.MaxValue, -1L], two);
        foreach ((string name, long expected) in new[] { ("int", -7L), ("byte", 200L), ("bool", 1L) })
        {
            file.Read(name, one);
            Assert.Equal(expected, one[0]);
        }
        float[] real = new float[1];
        file.Read("double", real);
        Assert.Equal(0.1f, real[0]);
        Assert.Contains("whole numbers", Assert.Throws<MalformedFileException>(() => file.Read("double", one)).Message);
        Assert.Contains("floating", Assert.Throws<MalformedFileException>(() => file.Read("int", real)).Message);
        Assert.Contains("no tensor 'nothing'", Assert.Throws<MalformedFileException>(() => file.Read("nothing", real)).Message);
        Assert.Contains("2 elements", Assert.Throws<ShapeException>(() => file.Read("long", one)).Message);
    }

    [Fact]
    public void A_writer_refuses_what_no_reader_would_take()
    {
        static SafetensorsItem Item(string name) => SafetensorsItem.From(name, [1], new[] { 1f });
        Assert.Contains("two tensors", Assert.Throws<NativeSslException>(() => Write([Item("a"), Item("a")])).Message);
        Assert.Contains("surrogate", Assert.Throws<NativeSslException>(() => Write([Item("a\uD800")])).Message);
        Assert.Contains("__metadata__", Assert.Throws<NativeSslException>(() => Write([Item("__metadata__")])).Message);
        Assert.Contains("nativessl.",
            Assert.Throws<NativeSslException>(() => Write([], new Dictionary<string, string> { ["nativessl.x"] = "" })).Message);
        Assert.Throws<ShapeException>(() => SafetensorsItem.From("a", [2], new[] { 1f }));
        Assert.Throws<ShapeException>(() => SafetensorsItem.FromBytes("a", SafetensorsType.Int64, [2], new byte[15]));
    }
}
