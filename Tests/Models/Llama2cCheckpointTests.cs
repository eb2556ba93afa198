using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace NativeSsl.Tests.Models;

public sealed class Llama2cCheckpointTests
{
    static readonly CpuBackend Cpu = new(2);
    static readonly int[] Sizes = [8, 6, 2, 4, 2, 5, 3];
    const int Numbers = 5 * 8 + 2 * (8 + 64 + 32 + 32 + 64 + 8 + 3 * 48) + 8 + 3 * 2;

    static byte[] Bytes(int[] sizes, IEnumerable<float> numbers) => [.. MemoryMarshal.AsBytes<int>(sizes), .. MemoryMarshal.AsBytes<float>(numbers.ToArray())];

    // Weights that say which they are.
    static byte[] Good(int vocabulary = 5) =>
        Bytes([8, 6, 2, 4, 2, vocabulary, 3], Enumerable.Range(0, Numbers + (vocabulary < 0 ? 40 : 0)).Select(i => i / 1024f));

    static Llama Load(byte[] bytes)
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("model.bin"), bytes);
        return Llama2cCheckpoint.Load(scratch.File("model.bin"), Cpu);
    }

    [Theory, InlineData(5), InlineData(-5)]
    public void Every_weight_comes_from_its_place(int vocabulary)
    {
        Llama model = Load(Good(vocabulary));
        Assert.Equal(new Llama.Config { Vocabulary = 5, Context = 3, Layers = 2, Heads = 4, KeyHeads = 2, Width = 8, Hidden = 6, TiedHead = vocabulary > 0 }, model.Sizes);
        int place = 0;
        Dictionary<string, Tensor> tensors = model.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor);
        // The order of llama2.c: all layers of a kind together.
        Next("tokens.weight", [5, 8]);
        Both("norm1", [8]);
        Both("attention.query", [8, 8]);
        Both("attention.key", [4, 8]);
        Both("attention.value", [4, 8]);
        Both("attention.output", [8, 8]);
        Both("norm2", [8]);
        Both("feed_forward.gate", [6, 8]);                      // w1
        Both("feed_forward.contract", [8, 6]);                  // w2
        Both("feed_forward.expand", [6, 8]);                    // w3
        Next("norm.weight", [8]);
        place += 6;                                             // cosines and sines
        if (vocabulary < 0) Next("head.weight", [5, 8]);
        Assert.Empty(tensors);
        Assert.Equal(vocabulary < 0 ? Numbers + 40 : Numbers, place);

        void Both(string part, Shape shape)
        {
            for (int layer = 0; layer < 2; layer++) Next($"blocks.{layer}.{part}.weight", shape);
        }
        void Next(string name, Shape shape)
        {
            Assert.True(tensors.Remove(name, out Tensor? tensor), name);
            Assert.Equal(shape, tensor.Shape);
            Assert.True(tensor.RequiresGradient);
            foreach (float value in tensor.ToArray()) Assert.Equal(place++ / 1024f, value);
        }
    }

    [Fact]
    public void NaN_is_a_number_like_others() =>
        Assert.True(float.IsNaN(Load(Bytes(Sizes, Enumerable.Repeat(float.NaN, Numbers))).Head.ToArray()[0]));

    static byte[] With(int place, int size)
    {
        int[] sizes = [.. Sizes];
        sizes[place] = size;
        return Bytes(sizes, new float[Numbers]);
    }

    static readonly Dictionary<string, (byte[] File, string Reason)> Kinds = new()
    {
        ["empty"] = ([], "it ends at byte 0, within its header of 28"),
        ["three bytes"] = ([8, 0, 0], "it ends at byte 3"),
        ["one size"] = (Good()[..4], "it ends at byte 4"),
        ["half a header"] = (Good()[..26], "it ends at byte 26"),
        ["header only"] = (Good()[..28], "but it has 28; cut short?"),
        ["last byte missing"] = (Good()[..^1], "cut short?"),
        ["last number missing"] = (Good()[..^4], "cut short?"),
        ["without the tables"] = (Good()[..^24], "cut short?"),
        ["one byte appended"] = ([.. Good(), 0], "something was appended?"),
        ["twice in a row"] = ([.. Good(), .. Good()], "something was appended?"),
        ["a head that is not there"] = (With(5, -5), "cut short?"),
        ["version 1"] = ([.. "24ka"u8, 1, 0, 0, 0, .. new byte[300]], "version 1 or later"),
        ["version 1, cut"] = ([.. "24ka"u8], "version 1 or later"),
        ["big-endian"] = (Bytes([.. Sizes.Select(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness)], new float[Numbers]), "bytes, but it has"),
        ["safetensors"] = ([100, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes("{\"a\":{\"dtype\":\"F32\"}}                    ")], "the hidden size is 0"),
        ["text"] = (Encoding.ASCII.GetBytes("Once upon a time, there was a little girl named Lily."), "is this a llama2.c checkpoint?"),
        ["a web page"] = (Encoding.ASCII.GetBytes("<!DOCTYPE html><html><body>404</body></html>"), "bad.bin: "),
        ["an LFS pointer"] = (Encoding.ASCII.GetBytes("version https://git-lfs.github.com/spec/v1\n"), "bad.bin: "),
        ["zeros"] = (new byte[1000], "byte 0: the width is 0"),
        ["ones"] = ([.. Enumerable.Repeat((byte)255, 1000)], "byte 0: the width is -1"),
        ["no width"] = (With(0, 0), "byte 0: the width is 0"),
        ["negative width"] = (With(0, -8), "byte 0: the width is -8"),
        ["negative hidden size"] = (With(1, -6), "byte 4: the hidden size is -6"),
        ["no layers"] = (With(2, 0), "byte 8: the number of layers is 0"),
        ["negative layers"] = (With(2, int.MinValue), "byte 8: the number of layers is -2147483648"),
        ["no heads"] = (With(3, 0), "byte 12: the number of heads is 0"),
        ["negative key heads"] = (With(4, -2), "byte 16: the number of key heads is -2"),
        ["no vocabulary"] = (With(5, 0), "byte 20: the vocabulary is 0"),
        ["the most negative vocabulary"] = (With(5, int.MinValue), "byte 20: the vocabulary is -2147483648"),
        ["no context"] = (With(6, 0), "byte 24: the context is 0"),
        ["three heads"] = (With(3, 3), "3 heads cannot share a width of 8"),
        ["heads of one feature"] = (With(3, 8), "8 heads cannot share a width of 8 in pairs"),
        ["more heads than features"] = (With(3, 16), "16 heads cannot share a width of 8"),
        ["three key heads"] = (With(4, 3), "4 query heads cannot share 3 key heads"),
        ["more key heads than heads"] = (With(4, 8), "4 query heads cannot share 8 key heads"),
        ["one key head fewer"] = (With(4, 1), "something was appended?"),
        ["one layer more"] = (With(2, 3), "cut short?"),
        ["2^31 - 1 layers"] = (With(2, int.MaxValue), "cut short?"),
        ["2^31 - 1 tokens"] = (With(5, int.MaxValue), "cut short?"),
        ["2^30 features"] = (With(0, 1 << 30), "cut short?"),
        ["a context of 2^30"] = (With(6, 1 << 30), "cut short?"),
        ["sizes whose product wraps in 64 bits"] = (Bytes([1 << 30, 1 << 30, 1 << 30, 1, 1, 1 << 30, 1 << 30], new float[Numbers]), "cut short?"),
        // 2³⁰ layers of 3 · 2³³ numbers are none, to whoever counts bytes in 64 bits; what is left are three rows, and the file has them.
        ["sizes whose product wraps to the length of the file"] = (Bytes([1 << 16, 43_690, 1 << 30, 1, 1, 1, 1], new float[3 << 16]), "cut short?"),
        ["all sizes 2^31 - 1"] = (Bytes([.. Enumerable.Repeat(int.MaxValue, 7)], new float[Numbers]), "cannot share a width of 2147483647"),
    };

    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_and_reason(string kind)
    {
        (byte[] file, string reason) = Kinds[kind];
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("bad.bin"), file);
        Refused();                                                              // once before, so that what is measured is not the JIT
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        string message = Refused();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 65_536);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 1000);
        Assert.Contains("bad.bin: ", message);
        Assert.Contains(reason, message);

        string Refused() => Assert.Throws<MalformedFileException>(() => Llama2cCheckpoint.Load(scratch.File("bad.bin"), Cpu)).Message;
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] good = Good();
        for (int length = 0; length < good.Length; length += length < 40 ? 1 : 61) Assert.Throws<MalformedFileException>(() => Load(good[..length]));
        Assert.Contains("cannot be read", Assert.Throws<MalformedFileException>(() => Llama2cCheckpoint.Load("nowhere.bin", Cpu)).Message);
    }

    [Fact]
    public void Damage_raises_nothing_else() => Assert.InRange(Mutations.Try(Good(), 2000, bytes => Load(bytes)), 1, 1500);

    const string Model = "stories260k/stories260K.bin";

    static (Llama Model, Llama2cTokenizer Tokenizer, string Expected) Stories()
    {
        string File(string name) => Path.Combine(DataFactAttribute.Folder!, "stories260k", name);
        Llama model = Llama2cCheckpoint.Load(File("stories260K.bin"), Cpu);
        return (model, Llama2cTokenizer.Load(File("tok512.bin"), model.Vocabulary), System.IO.File.ReadAllText(File("expected_greedy.txt")));
    }

    // What llama2.c writes with these weights at temperature 0: an oracle that nobody here wrote.
    [DataFact(Model)]
    public void The_story_of_llama2c_is_written_letter_by_letter()
    {
        (Llama model, Llama2cTokenizer tokenizer, string expected) = Stories();
        int[] tokens = [.. model.Generate(tokenizer.EncodeWithSpecials(""), new SamplingOptions { Temperature = 0, MaxTokens = 256, StopTokens = new HashSet<int> { tokenizer.Special.Begin!.Value } })];
        Assert.Equal(256, tokens.Length);
        Assert.Equal(expected.TrimEnd('\n'), tokenizer.Decode([tokenizer.Special.Begin!.Value, .. tokens]));
    }

    [DataFact(Model)]
    public void So_is_its_beginning_without_a_cache()
    {
        (Llama model, Llama2cTokenizer tokenizer, string expected) = Stories();
        List<int> text = [.. tokenizer.EncodeWithSpecials("")];
        while (text.Count < 41)
        {
            using var step = new Step(Cpu);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            text.Add(Sampler.Choose(model.Logits(Indices.From(Cpu, [1, text.Count], [.. text])).ToArray().AsSpan((text.Count - 1) * model.Vocabulary),
                new SamplingOptions { Temperature = 0 }, 0));
        }
        string begun = tokenizer.Decode([.. text]);
        Assert.True(begun.Length > 60, begun);
        Assert.StartsWith(begun, expected, StringComparison.Ordinal);
        // The story's tokens are those that the model wrote: what was learned from is cut as the tokenizer cuts.
        Assert.Equal(text, tokenizer.EncodeWithSpecials(begun));
    }

    // It knows what it learned: its loss on its own story is far below chance, and turning its features wrongly shows.
    [DataFact(Model)]
    public void The_story_is_likely_and_the_other_convention_of_pairs_makes_it_less_so()
    {
        (Llama model, Llama2cTokenizer tokenizer, string expected) = Stories();
        var other = new Llama(model.Sizes with { RotaryHalves = true }, new Init(Cpu, 1));
        other.CopyFrom(model.NamedTensors());
        (double ours, double wrong) = (Loss(model), Loss(other));
        Assert.InRange(ours, 0.2, 1.2);
        Assert.True(wrong > ours + 1, $"{ours} against {wrong}");

        double Loss(Llama of)
        {
            int[] ids = tokenizer.EncodeWithSpecials(expected);
            using var step = new Step(Cpu);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            return of.Logits(Indices.From(Cpu, [1, ids.Length - 1], ids.AsSpan(0, ids.Length - 1))).CrossEntropy(Indices.From(Cpu, [1, ids.Length - 1], ids.AsSpan(1))).Item();
        }
    }
}
