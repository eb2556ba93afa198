using System.Text.Json;

namespace NativeSsl.Tests.Models;

/// <summary>
/// T5 from Hugging Face's files computes what the textbook does with the tensors of the files; second copies and old names are taken. That a round trip
/// changes no bit is seen with the other families.
/// </summary>
public sealed class HuggingFaceT5Tests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static readonly CpuBackend Cpu = new(2);

    static T5.Config Expected(string kind, FileSizes s) => new()
    {
        Vocabulary = s.Vocabulary, Layers = s.Layers, DecoderLayers = HuggingFaceFiles.T5DecoderLayers(kind, s), Heads = s.Heads, Width = s.Width,
        HeadWidth = HuggingFaceFiles.T5HeadWidth, Hidden = s.Hidden, Gated = kind is HuggingFaceFiles.T5Version11 or HuggingFaceFiles.T5Gated,
        Tied = kind is HuggingFaceFiles.T5 or HuggingFaceFiles.T5Gated, Buckets = HuggingFaceFiles.T5Buckets, MaxDistance = HuggingFaceFiles.T5MaxDistance,
        Dropout = 0.1f, Epsilon = 1e-5f,
    };

    // The textbook's weights, from a file's tensors by their names there: queries, keys and values one below the other, both of the memory likewise.
    static Dictionary<string, double[]> Weights(HuggingFaceFiles files, T5.Config config)
    {
        Dictionary<string, double[]> weights = new() { ["tokens.weight"] = Of("shared") };
        if (!config.Tied) weights["head"] = Of("lm_head");
        foreach ((string stack, int layers, int last) in new[] { ("encoder", config.Layers, 1), ("decoder", config.DecoderLayers!.Value, 2) })
        {
            weights[$"{stack}.relative_bias.weight"] = Of($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias");
            weights[$"{stack}.norm.weight"] = Of($"{stack}.final_layer_norm");
            for (int i = 0; i < layers; i++)
            {
                string ours = $"{stack}.blocks.{i}", theirs = $"{stack}.block.{i}.layer";
                string self = $"{theirs}.0.SelfAttention", dense = $"{theirs}.{last}.DenseReluDense";
                weights[$"{ours}.norm1.weight"] = Of($"{theirs}.0.layer_norm");
                weights[$"{ours}.attention.project.weight"] = [.. Of($"{self}.q"), .. Of($"{self}.k"), .. Of($"{self}.v")];
                weights[$"{ours}.attention.output.weight"] = Of($"{self}.o");
                weights[$"{ours}.norm2.weight"] = Of($"{theirs}.{last}.layer_norm");
                if (config.Gated) weights[$"{ours}.feed_forward.gate.weight"] = Of($"{dense}.wi_0");
                weights[$"{ours}.feed_forward.expand.weight"] = Of(config.Gated ? $"{dense}.wi_1" : $"{dense}.wi");
                weights[$"{ours}.feed_forward.contract.weight"] = Of($"{dense}.wo");
                if (stack == "encoder") continue;
                string cross = $"{theirs}.1.EncDecAttention";
                weights[$"{ours}.cross_norm.weight"] = Of($"{theirs}.1.layer_norm");
                weights[$"{ours}.cross.query.weight"] = Of($"{cross}.q");
                weights[$"{ours}.cross.memory.weight"] = [.. Of($"{cross}.k"), .. Of($"{cross}.v")];
                weights[$"{ours}.cross.output.weight"] = Of($"{cross}.o");
            }
        }
        return weights;

        double[] Of(string name) => files.Tensors[$"{name}.weight"].Doubles;
    }

    public static TheoryData<string, int> Cases
    {
        get
        {
            TheoryData<string, int> cases = [];
            foreach (string kind in (string[])[HuggingFaceFiles.T5, HuggingFaceFiles.T5Version11, HuggingFaceFiles.T5Gated, HuggingFaceFiles.T5Untied])
                for (int size = 0; size < HuggingFaceFiles.Sizes.Length; size++) cases.Add(kind, size);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_loaded_T5_computes_what_the_files_convention_says(string kind, int size)
    {
        HuggingFaceFiles files = new(kind, HuggingFaceFiles.Sizes[size]);
        T5.Config expected = Expected(kind, files.Size);
        T5 model = HuggingFaceT5.Load(files.Write(_scratch.File("model"), shards: 1 + size), Cpu);
        Assert.Equal(expected, model.Sizes);
        T5Textbook textbook = new(expected, Weights(files, expected));
        int[] read = [3, 0, 7, 12, 5, 5, 1, 9, 2, 11, 4], written = [0, 6, 2, 2, 10, 8, 12, 1, 7];
        using var step = new Step(Cpu);
        Tensor memory = model.Encode(Indices.From(Cpu, [1, read.Length], read));
        double[][] remembered = textbook.Encode(read);
        HuggingFaceMeaningTests.Near(remembered.SelectMany(row => row), memory);
        HuggingFaceMeaningTests.Near(textbook.Logits(written, remembered).SelectMany(row => row),
            model.Logits(Indices.From(Cpu, [1, read.Length], read), Indices.From(Cpu, [1, written.Length], written)));
    }

    // The files of 2020: no field for what was not to choose then, tables of tokens under every name, and one of distances that nothing uses.
    [Fact]
    public void What_old_files_lack_and_have_is_known()
    {
        HuggingFaceFiles files = new(HuggingFaceFiles.T5, HuggingFaceFiles.Sizes[0]), old = new(HuggingFaceFiles.T5, HuggingFaceFiles.Sizes[0]);
        foreach (string copy in (string[])["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"])
            old.Tensors[copy] = old.Tensors["shared.weight"];
        old.Add("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight", 8, 1);
        string directory = old.Write(_scratch.File("old")), to = _scratch.File("new");
        string[] lacking = ["num_decoder_layers", "relative_attention_max_distance", "feed_forward_proj", "dense_act_fn", "is_gated_act", "tie_word_embeddings",
            "layer_norm_epsilon", "dropout_rate", "is_encoder_decoder", "pad_token_id", "eos_token_id", "decoder_start_token_id", "transformers_version"];
        File.WriteAllLines(Path.Combine(directory, "config.json"), old.Config
            .Replace("T5ForConditionalGeneration", "T5WithLMHeadModel", StringComparison.Ordinal)
            .Split('\n').Where(line => !lacking.Any(field => line.Contains($"\"{field}\":", StringComparison.Ordinal))));
        T5 model = HuggingFaceT5.Load(directory, Cpu);
        Assert.Equal(Expected(HuggingFaceFiles.T5, files.Size) with { MaxDistance = 128, Epsilon = 1e-6f }, model.Sizes);
        HuggingFaceT5.Save(to, model);
        HuggingFaceFiles.AssertSame(files.Tensors, HuggingFaceFiles.Read(to));
    }

    [Fact]
    public void A_model_that_we_trained_comes_back_and_so_do_its_sizes()
    {
        var config = new T5.Config
        {
            Vocabulary = 11, Layers = 2, Heads = 3, Width = 8, HeadWidth = 6, Buckets = 12, MaxDistance = 50, Dropout = 0.25f, Epsilon = 3e-7f,
        };
        var model = new T5(config, new Init(Cpu, 3));
        string directory = _scratch.File("t5");
        HuggingFaceT5.Save(directory, model, maxShardBytes: 1, padding: 4, end: 10);
        T5 back = HuggingFaceT5.Load(directory, Cpu);
        Assert.Equal(config with { DecoderLayers = 2, Hidden = 32 }, back.Sizes);
        Assert.Equal(0f, HuggingFaceT5.Load(directory, Cpu, dropout: 0f).Sizes.Dropout);
        Assert.All(model.NamedTensors().Zip(back.NamedTensors()), pair =>
            Assert.Equal((pair.First.Name, true), (pair.Second.Name, pair.First.Tensor.ToArray().AsSpan().SequenceEqual(pair.Second.Tensor.ToArray()))));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "config.json")));
        string[] tokens = ["pad_token_id", "eos_token_id", "decoder_start_token_id"];
        Assert.Equal([4, 10, 4], tokens.Select(name => json.RootElement.GetProperty(name).GetInt32()));
    }

    [Fact]
    public void What_cannot_be_saved_is_refused_before_anything_is_written()
    {
        var model = new T5(new T5.Config { Vocabulary = 5, Layers = 1, Heads = 1, Width = 4, HeadWidth = 4 }, new Init(Cpu, 1));
        string folder = _scratch.File("new");
        Assert.Contains("padding is 5; the model knows the tokens 0 … 4",
            Assert.Throws<IndexException>(() => HuggingFaceT5.Save(folder, model, padding: 5)).Message, StringComparison.Ordinal);
        Assert.Contains("end is -1", Assert.Throws<IndexException>(() => HuggingFaceT5.Save(folder, model, end: -1)).Message, StringComparison.Ordinal);
        Assert.Throws<UnsupportedFormatException>(() => HuggingFaceT5.Save(folder, model, SafetensorsType.Int64));
        Assert.False(Directory.Exists(folder));
        HuggingFaceT5.Save(folder, model);
        FileWriteException again = Assert.Throws<FileWriteException>(() => HuggingFaceT5.Save(folder, model));
        Assert.Contains("there is a model already", again.Message, StringComparison.Ordinal);
    }
}
