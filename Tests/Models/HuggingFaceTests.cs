using System.Text.Json;

namespace NativeSsl.Tests.Models;

/// <summary>BERT, RoBERTa, GPT-2 and T5 in Hugging Face's layout: what is loaded and saved again is the same, key for key and bit for bit.</summary>
public sealed class HuggingFaceTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static readonly CpuBackend Cpu = new(2);

    public static TheoryData<string, int, int, SafetensorsType> Cases
    {
        get
        {
            TheoryData<string, int, int, SafetensorsType> cases = [];
            foreach (string kind in HuggingFaceFiles.Kinds)
                for (int size = 0; size < HuggingFaceFiles.Sizes.Length; size++)
                {
                    cases.Add(kind, size, 1, SafetensorsType.Float32);
                    cases.Add(kind, size, 3, SafetensorsType.Float32);
                    cases.Add(kind, size, 1, SafetensorsType.Float16);
                    cases.Add(kind, size, 2, SafetensorsType.BFloat16);
                }
            return cases;
        }
    }

    // Load and save, whatever the family.
    static void Copy(string from, string to, SafetensorsType type, long most)
    {
        if (Path.GetFileName(from).StartsWith("GPT2", StringComparison.Ordinal)) HuggingFaceGpt2.Save(to, HuggingFaceGpt2.Load(from, Cpu), type, most);
        else if (Path.GetFileName(from).StartsWith("T5", StringComparison.Ordinal)) HuggingFaceT5.Save(to, HuggingFaceT5.Load(from, Cpu), type, most);
        else HuggingFaceBert.Save(to, HuggingFaceBert.Load(from, Cpu), type, most);
    }

    [Theory, MemberData(nameof(Cases))]
    public void What_is_loaded_and_saved_again_is_the_same_key_for_key_and_bit_for_bit(string kind, int size, int shards, SafetensorsType type)
    {
        HuggingFaceFiles files = new(kind, HuggingFaceFiles.Sizes[size], type, odd: type == SafetensorsType.Float32);
        string from = files.Write(_scratch.File($"{kind}-from"), shards), to = _scratch.File($"{kind}-to"), cut = _scratch.File($"{kind}-cut");
        Copy(from, to, type, long.MaxValue);
        HuggingFaceFiles.AssertSame(files.Tensors, HuggingFaceFiles.Read(to));
        Assert.Equal(["config.json", "model.safetensors"], Names(to));
        AssertSameConfig(files.Config, to, type);

        // Cut into files and read again: the same once more, and every file within its size unless one tensor alone is larger.
        const long most = 500;
        Copy(to, cut, type, most);
        HuggingFaceFiles.AssertSame(files.Tensors, HuggingFaceFiles.Read(cut));
        string[] parts = [.. Names(cut).Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal))];
        Assert.InRange(parts.Length, 2, files.Tensors.Count);
        Assert.Equal(Enumerable.Range(1, parts.Length).Select(i => $"model-{i:D5}-of-{parts.Length:D5}.safetensors"), parts);
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(cut, "model.safetensors.index.json")));
        JsonElement total = index.RootElement.GetProperty("metadata").GetProperty("total_size"), map = index.RootElement.GetProperty("weight_map");
        Assert.Equal(files.Tensors.Values.Sum(tensor => tensor.Bytes.Length), total.GetInt64());
        Dictionary<string, string> places = map.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
        Assert.Equal(files.Tensors.Keys.Order(StringComparer.Ordinal), places.Keys);
        foreach (string part in parts)
        {
            using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(cut, part));
            Assert.All(file.Entries, entry => Assert.Equal(part, places[entry.Name]));
            Assert.True(file.Entries.Count == 1 || file.Entries.Sum(entry => entry.Bytes) <= most, part);
        }
        string back = _scratch.File($"{kind}-back");
        Copy(cut, back, type, long.MaxValue);
        Assert.Equal(File.ReadAllBytes(Path.Combine(to, "model.safetensors")), File.ReadAllBytes(Path.Combine(back, "model.safetensors")));
    }

    static string[] Names(string directory) => [.. Directory.GetFiles(directory).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    static readonly string[] Passed = ["_name_or_path", "bos_token_id", "classifier_dropout", "gradient_checkpointing", "id2label", "transformers_version",
        "use_cache", "n_ctx", "reorder_and_upcast_attn", "scale_attn_weights", "task_specific_params",
        "output_past"];

    // What a model is comes back in its fields; what it is not (labels, versions, switches in their usual place) is left out.
    static void AssertSameConfig(string config, string directory, SafetensorsType type)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(directory, "config.json"));
        Assert.DoesNotContain((byte)'\r', bytes);
        using JsonDocument before = JsonDocument.Parse(config), after = JsonDocument.Parse(bytes);
        Assert.Equal(type switch { SafetensorsType.Float16 => "float16", SafetensorsType.BFloat16 => "bfloat16", _ => "float32" },
            after.RootElement.GetProperty("torch_dtype").GetString());
        Assert.Equal(before.RootElement.EnumerateObject().Select(field => field.Name).Except(Passed).Append("torch_dtype").Order(StringComparer.Ordinal),
            after.RootElement.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        foreach (JsonProperty field in before.RootElement.EnumerateObject().Where(field => !Passed.Contains(field.Name)))
        {
            JsonElement value = after.RootElement.GetProperty(field.Name);
            if (field.Value.ValueKind == JsonValueKind.Number) Assert.Equal((field.Name, field.Value.GetDouble()), (field.Name, value.GetDouble()));
            else Assert.Equal((field.Name, Dense(field.Value)), (field.Name, Dense(value)));
        }

        static string Dense(JsonElement value) => string.Concat(value.ToString().Where(c => c > ' '));
    }

    // google-bert/bert-base-uncased: norms by their old names, a decoder that repeats the table, positions as a list.
    [Fact]
    public void Old_names_second_copies_and_lists_of_positions_are_taken_and_not_written()
    {
        HuggingFaceFiles files = new("BertForPreTraining", HuggingFaceFiles.Sizes[0]), old = new("BertForPreTraining", HuggingFaceFiles.Sizes[0]);
        foreach (string name in files.Tensors.Keys.Where(name => name.Contains("LayerNorm", StringComparison.Ordinal)))
        {
            old.Tensors.Remove(name, out FileTensor? tensor);
            old.Tensors[name.Replace("Norm.weight", "Norm.gamma", StringComparison.Ordinal)
                .Replace("Norm.bias", "Norm.beta", StringComparison.Ordinal)] = tensor!;
        }
        old.Tensors["cls.predictions.decoder.weight"] = old.Tensors["bert.embeddings.word_embeddings.weight"];
        old.Tensors["cls.predictions.decoder.bias"] = old.Tensors["cls.predictions.bias"];
        old.Tensors["bert.embeddings.position_ids"] = new FileTensor(SafetensorsType.Int64, [1, 9], new byte[72]);
        Copy(old.Write(_scratch.File("old")), _scratch.File("new"), SafetensorsType.Float32, long.MaxValue);
        HuggingFaceFiles.AssertSame(files.Tensors, HuggingFaceFiles.Read(_scratch.File("new")));

        byte[] other = [.. old.Tensors["bert.embeddings.word_embeddings.weight"].Bytes];
        other[5] ^= 1;
        old.Tensors["cls.predictions.decoder.weight"] = old.Tensors["cls.predictions.decoder.weight"] with { Bytes = other };
        Refused(old, "'cls.predictions.decoder.weight' differs from 'bert.embeddings.word_embeddings.weight'");
        old.Tensors["cls.predictions.decoder.weight"] = old.Tensors["cls.predictions.bias"];
        Refused(old, "'cls.predictions.decoder.weight' is F32 [13] but F32 [13, 4] is wanted");
        old.Tensors.Remove("cls.predictions.decoder.weight");
        old.Tensors["bert.embeddings.LayerNorm.weight"] = old.Tensors["bert.embeddings.LayerNorm.gamma"];
        Refused(old, "both 'bert.embeddings.LayerNorm.weight' and 'bert.embeddings.LayerNorm.gamma'");

        void Refused(HuggingFaceFiles wrong, string why) => Assert.Contains(why, Assert.Throws<MalformedFileException>(() =>
            HuggingFaceBert.Load(wrong.Write(_scratch.File("wrong")), Cpu)).Message, StringComparison.Ordinal);
    }

    // openai-community/gpt2: no prefix, and masks among the weights.
    [Theory, InlineData("GPT2LMHeadModel", "transformer."), InlineData("BertForMaskedLM", "bert."), InlineData("RobertaForMaskedLM", "roberta.")]
    public void Names_without_their_prefix_are_taken_and_written_with_it(string kind, string prefix)
    {
        HuggingFaceFiles files = new(kind, HuggingFaceFiles.Sizes[0]), bare = new(kind, HuggingFaceFiles.Sizes[0]);
        foreach (string name in files.Tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            bare.Tensors.Remove(name, out FileTensor? tensor);
            bare.Tensors[name[prefix.Length..]] = tensor!;
        }
        if (kind[0] == 'G')
        {
            bare.Tensors["h.0.attn.bias"] = new FileTensor(SafetensorsType.UInt8, [1, 1, 9, 9], new byte[81]);
            bare.Tensors["h.0.attn.masked_bias"] = new FileTensor(SafetensorsType.Float32, [], new byte[4]);
            bare.Tensors["lm_head.weight"] = bare.Tensors["wte.weight"];
        }
        Copy(bare.Write(_scratch.File($"{kind}-bare")), _scratch.File($"{kind}-new"), SafetensorsType.Float32, long.MaxValue);
        HuggingFaceFiles.AssertSame(files.Tensors, HuggingFaceFiles.Read(_scratch.File($"{kind}-new")));
        if (kind[0] != 'G') return;
        bare.Tensors["h.1.attn.bias"] = bare.Tensors["h.0.attn.bias"];                    // there is one layer
        Assert.Contains("'h.1.attn.bias' U8 [1, 1, 9, 9] has no place",
            Assert.Throws<MalformedFileException>(() => HuggingFaceGpt2.Load(bare.Write(_scratch.File("wrong")), Cpu)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_we_trained_comes_back_and_so_do_its_sizes()
    {
        var size = new Gpt.Config { Vocabulary = 11, Context = 9, Layers = 2, Heads = 2, Width = 16, Bias = true, Dropout = 0.25f };
        var gpt = new Gpt(size, new Init(Cpu, 3));
        HuggingFaceGpt2.Save(_scratch.File("gpt"), gpt);
        Same(gpt, HuggingFaceGpt2.Load(_scratch.File("gpt"), Cpu));
        Assert.Equal(size, HuggingFaceGpt2.Load(_scratch.File("gpt"), Cpu).Sizes);
        Assert.Equal(0f, HuggingFaceGpt2.Load(_scratch.File("gpt"), Cpu, dropout: 0f).Sizes.Dropout);

        var config = new Bert.Config
        {
            Vocabulary = 11, Context = 9, Layers = 2, Heads = 2, Width = 16, FirstPosition = 5, Segments = 3, Epsilon = 3e-7f, Dropout = 0.3f,
        };
        var bert = new BertWithHeads(config, new Init(Cpu, 3), answer: false);
        HuggingFaceBert.Save(_scratch.File("bert"), bert, maxShardBytes: 1);
        BertWithHeads back = HuggingFaceBert.Load(_scratch.File("bert"), Cpu);
        Same(bert, back);
        Assert.Equal(config with { Hidden = 64 }, back.Encoder.Sizes);

        static void Same(Module a, Module b) => Assert.All(a.NamedTensors().Zip(b.NamedTensors()), pair =>
            Assert.Equal((pair.First.Name, true), (pair.Second.Name, pair.First.Tensor.ToArray().AsSpan().SequenceEqual(pair.Second.Tensor.ToArray()))));
    }

    [Fact]
    public void What_cannot_be_saved_is_refused_before_anything_is_written()
    {
        var gpt = new Gpt(new Gpt.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 1, Width = 4, Bias = true }, new Init(Cpu, 1));
        string folder = _scratch.File("new");
        Assert.Contains("no biases", Assert.Throws<NativeSslException>(() => HuggingFaceGpt2.Save(folder,
            new Gpt(new Gpt.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 1, Width = 4 }, new Init(Cpu, 1)))).Message, StringComparison.Ordinal);
        Assert.Throws<UnsupportedFormatException>(() => HuggingFaceGpt2.Save(folder, gpt, SafetensorsType.Int64));
        Assert.Contains("maxShardBytes is 0",
            Assert.Throws<NativeSslException>(() => HuggingFaceGpt2.Save(folder, gpt, maxShardBytes: 0)).Message, StringComparison.Ordinal);
        var config = new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 1, Width = 4, FirstPosition = 2 };
        Assert.Contains("no layer of next sentences",
            Assert.Throws<NativeSslException>(() => HuggingFaceBert.Save(folder, new BertWithHeads(config, new Init(Cpu, 1)))).Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));

        HuggingFaceGpt2.Save(folder, gpt);
        byte[] before = File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));
        foreach (string left in (string[])["config.json", "model.safetensors"])
        {
            Assert.Contains($"there is a model already: {left}",
                Assert.Throws<FileWriteException>(() => HuggingFaceGpt2.Save(folder, gpt, maxShardBytes: 1)).Message, StringComparison.Ordinal);
            File.Delete(Path.Combine(folder, "config.json"));
        }
        Assert.Equal(["model.safetensors"], Names(folder));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        File.WriteAllText(_scratch.File("file"), "");
        Assert.Throws<FileWriteException>(() => HuggingFaceGpt2.Save(_scratch.File("file"), gpt));
    }
}
