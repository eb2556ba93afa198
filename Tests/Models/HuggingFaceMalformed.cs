using System.Diagnostics;
using System.Text;

namespace NativeSsl.Tests.Models;

/// <summary>Whatever a directory holds, it is read, or refused in one typed exception that says which file and why, before a model of the claimed size
/// is made.</summary>
public sealed partial class HuggingFaceMalformed : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static readonly CpuBackend Cpu = new(1);

    static HuggingFaceFiles Files(string kind) => new(kind, HuggingFaceFiles.Sizes[0]);

    static MalformedFileException Refused(string directory, string kind, int most = 64 << 10)
    {
        Load();                                                                 // once before, so that what is measured is not the JIT
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        MalformedFileException? error = Load();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most + 4 * Texts(directory));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 1000);
        Assert.NotNull(error);
        Assert.StartsWith(error.File, error.Message, StringComparison.Ordinal);
        return error;

        MalformedFileException? Load()
        {
            try
            {
                _ = HuggingFaceFiles.Load(kind, directory, Cpu);
                return null;
            }
            catch (MalformedFileException error)
            {
                return error;
            }
        }
    }

    // The bytes of configuration, index and headers: what may be read before anything is believed.
    static long Texts(string directory) => !Directory.Exists(directory) ? 0 : Directory.GetFiles(directory).Sum(path => new FileInfo(path).Length);

    public static TheoryData<string> AllConfigs => [.. Configs.Keys];

    [Theory, MemberData(nameof(AllConfigs))]
    public void A_wrong_configuration_is_refused_by_name(string what)
    {
        (string kind, Func<string, string> change, string[] said) = Configs[what];
        HuggingFaceFiles files = Files(kind);
        string directory = files.Write(_scratch.File("model")), changed = change(files.Config);
        Assert.NotEqual(files.Config, changed);
        File.WriteAllText(Path.Combine(directory, "config.json"), changed);
        MalformedFileException error = Refused(directory, kind);
        Assert.All(said, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_configuration_that_is_only_odd_is_taken()
    {
        string directory = Files(Bert).Write(_scratch.File("model")), config = Files(Bert).Config;
        foreach (string odd in (string[])[config + "\n\t ", config.Replace("\"hidden_act\": \"gelu\",", "\"hidden_act\": null,"),
            config.Replace("{\n  \"_name", "{\n  \"pruned_heads\": { }, \"quantization_config\": null, \"auto_map\": {}, \"is_decoder\": false,\n  \"_name"),
            config.Replace("1e-12", "1E-12").Replace("[\n    \"BertForPreTraining\"\n  ]", "[]"), config.Replace("\"type_vocab_size\": 2,\n", ""),
            config.Replace("hidden_size", "hidden\\u005fsize"), config.Replace("BertForPreTraining", "BertModel")])
        {
            File.WriteAllText(Path.Combine(directory, "config.json"), odd);
            Assert.NotNull(HuggingFaceBert.Load(directory, Cpu).Answer);
        }
    }

    [Fact]
    public void There_are_as_many_kinds_as_were_promised()
    {
        Assert.InRange(Configs.Count, 25, 1000);
        Assert.InRange(Indices.Count, 20, 1000);
    }

    public static TheoryData<string> AllIndices => [.. Indices.Keys];

    [Theory, MemberData(nameof(AllIndices))]
    public void A_wrong_index_is_refused_by_name(string what)
    {
        (Func<string, string> change, string[] said) = Indices[what];
        string directory = Files(Bert).Write(_scratch.File("model"), shards: 2), path = Path.Combine(directory, Index), good = File.ReadAllText(path);
        File.Copy(Path.Combine(directory, First), Path.Combine(_scratch.Folder, First));    // outside the folder, where it could be read
        string changed = change(good);
        Assert.NotEqual(good, changed);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(changed));
        MalformedFileException error = Refused(directory, Bert);
        Assert.All(said, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Links_missing_files_and_two_ways_at_once_are_refused()
    {
        HuggingFaceFiles files = Files(Bert);
        string directory = files.Write(_scratch.File("model"), shards: 2), shard = Path.Combine(directory, First), elsewhere = _scratch.File("elsewhere");
        Assert.NotNull(HuggingFaceBert.Load(directory, Cpu));
        File.Move(shard, elsewhere);
        Assert.Contains($"it names '{First}', which is not there", Refused(directory, Bert).Message, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())                                       // where links need a privilege
        {
            File.CreateSymbolicLink(shard, elsewhere);
            Assert.Contains($"it names '{First}', which is a link", Refused(directory, Bert).Message, StringComparison.Ordinal);
            File.Delete(shard);
            File.CreateSymbolicLink(shard, _scratch.File("nowhere"));
            Assert.Contains("which is a link", Refused(directory, Bert).Message, StringComparison.Ordinal);
            File.Delete(shard);
        }
        Directory.CreateDirectory(shard);
        Assert.Contains("which is not there", Refused(directory, Bert).Message, StringComparison.Ordinal);
        Directory.Delete(shard);
        File.WriteAllBytes(shard, File.ReadAllBytes(elsewhere)[..^1]);
        Assert.Contains("bytes of data", Refused(directory, Bert).Message, StringComparison.Ordinal);
        File.Move(elsewhere, shard, overwrite: true);
        Assert.NotNull(HuggingFaceBert.Load(directory, Cpu));
        File.Copy(shard, Path.Combine(directory, "model.safetensors"));
        Assert.Contains("there is model.safetensors beside it", Refused(directory, Bert).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(directory, "model.safetensors"));
        File.Delete(Path.Combine(directory, Index));
        Assert.Contains($"it is not there, and no {Index} either", Refused(directory, Bert).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(directory, "config.json"));
        MalformedFileException error = Refused(directory, Bert);
        Assert.EndsWith("config.json", error.File, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refused(_scratch.File("no such folder"), Gpt2).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_are_missing_left_over_misshaped_or_of_another_kind_are_named()
    {
        Case("bert.encoder.layer.0.attention.self.key.bias", null, "no tensor 'bert.encoder.layer.0.attention.self.key.bias'");
        Case("bert.encoder.layer.0.attention.self.key.bias", [5],
            "'bert.encoder.layer.0.attention.self.key.bias' is F32 [5] but [4] is wanted, for encoder.blocks.0.attention.project.bias of shape [12] here");
        Case("bert.encoder.layer.0.attention.self.key.weight", [4, 5], "is F32 [4, 5] but [4, 4] is wanted");
        Case("bert.encoder.layer.0.attention.self.query.weight", [4, 5], "is F32 [4, 5], but by 'hidden_size' of config.json it should be [4, 4]");
        Case("bert.encoder.layer.0.intermediate.dense.weight", [4, 10], "is F32 [4, 10], but by 'intermediate_size' and 'hidden_size'");
        Case("bert.embeddings.token_type_embeddings.weight", [3, 4], "by 'type_vocab_size'");
        Case("bert.embeddings.word_embeddings.weight", [13, 4, 1], "by 'vocab_size'");
        Case("bert.embeddings.word_embeddings.weight", null, "no tensor 'bert.embeddings.word_embeddings.weight'");
        Case("cls.predictions.bias", null, "no tensor 'cls.predictions.bias'");
        Case("cls.seq_relationship.weight", [3, 4], "is F32 [3, 4] but [2, 4] is wanted, for answer.weight");
        Case("bert.pooler.dense.weight", null, "no tensor 'bert.pooler.dense.weight'");
        Case("bert.encoder.layer.1.output.dense.bias", [4], "'bert.encoder.layer.1.output.dense.bias' F32 [4] has no place in this model");
        Case("classifier.weight", [2, 4], "'classifier.weight' F32 [2, 4] has no place");
        Case("embeddings.word_embeddings.weight", [13, 4], "'embeddings.word_embeddings.weight' F32 [13, 4] has no place");
        Case("bert.pooler.dense.bias", [1 << 20, 0], "is F32 [1048576, 0] but [4] is wanted");

        HuggingFaceFiles whole = Files(Bert);
        whole.Tensors["bert.pooler.dense.bias"] = new FileTensor(SafetensorsType.Int32, [4], new byte[16]);
        Assert.Contains("a floating type", Refused(whole.Write(_scratch.File("model")), Bert, most: 256 << 10).Message, StringComparison.Ordinal);
        whole.Tensors["bert.pooler.dense.bias"] = new FileTensor(SafetensorsType.Float32, [1L << 40, 0, 3], []);
        Assert.Contains("is F32 [1099511627776, 0, 3] but [4]",
            Refused(whole.Write(_scratch.File("model")), Bert, most: 256 << 10).Message, StringComparison.Ordinal);

        void Case(string name, int[]? shape, string said) => RefusedTensor(Bert, name, shape, said);
    }

    // A tensor that is missing if it has no shape, has another one, or is one too many.
    void RefusedTensor(string kind, string name, int[]? shape, string said)
    {
        foreach (int shards in (int[])[1, 2])
        {
            HuggingFaceFiles files = Files(kind);
            Assert.True(files.Tensors.Remove(name) || shape is not null);
            if (shape is not null) files.Add(name, shape);
            Assert.Contains(said,
                Refused(files.Write(_scratch.File($"{Guid.NewGuid()}"), shards), kind, most: 256 << 10).Message, StringComparison.Ordinal);
        }
    }

    [Theory, InlineData("config.json", Bert), InlineData(Index, Bert), InlineData(First, Bert), InlineData("config.json", Gpt2), InlineData("config.json", T5)]
    public void Cut_and_mutated_files_raise_nothing_else(string name, string kind)
    {
        string directory = Files(kind).Write(_scratch.File("model"), shards: 2), path = Path.Combine(directory, name);
        byte[] good = File.ReadAllBytes(path);
        for (int length = 0; length < Math.Min(2000, good.Length - 2); length += 3) Assert.Throws<MalformedFileException>(() => Load(good[..length]));
        int taken = Mutations.Try(good, 2_000, Load);
        Assert.InRange(taken, 1, 1_900);                                        // some damage changes nothing that is read
        Load(good);

        void Load(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            _ = HuggingFaceFiles.Load(kind, directory, Cpu);
        }
    }

    [CultureFact]
    public void Every_culture_writes_and_reads_the_same()
    {
        int next = 0;
        List<byte[]> written = [.. CultureFactAttribute.InEach(() =>
        {
            string to = _scratch.File($"{next++}");
            HuggingFaceBert.Save(to, HuggingFaceBert.Load(Files(Bert).Write(_scratch.File("model"), shards: 2), Cpu), maxShardBytes: 300);
            return (byte[])[.. File.ReadAllBytes(Path.Combine(to, "config.json")), .. File.ReadAllBytes(Path.Combine(to, Index))];
        })];
        Assert.All(written, bytes => Assert.Equal(written[0], bytes));
    }
}
