using System.Text;

namespace NativeSsl.Tests.Models;

/// <summary>A tensor of a file, as bytes.</summary>
sealed record FileTensor(SafetensorsType Type, long[] Lengths, byte[] Bytes)
{
    public double[] Doubles { get; } = [.. Enumerable.Range(0, (int)(Type == SafetensorsType.Float32 ? Bytes.Length / 4 : 0))
        .Select(i => (double)BitConverter.ToSingle(Bytes, 4 * i))];
}

/// <summary>The sizes of a made-up model, in the words of no family.</summary>
sealed record FileSizes(int Vocabulary, int Positions, int Layers, int Heads, int Width, int Hidden);

/// <summary>
/// Directories as Hugging Face's library would write them, with random content: names and shapes are stated here once more, independently of the maps
/// under test.
/// </summary>
sealed partial class HuggingFaceFiles
{
    // Eleven layers, because layer 10 comes before layer 2 in the order of names.
    public static readonly FileSizes[] Sizes = [new(13, 9, 1, 1, 4, 10), new(29, 17, 11, 3, 12, 24)];

    /// <summary>What the families and their heads are called here.</summary>
    public static readonly string[] Kinds =
        ["BertModel", "BertForPreTraining", "BertForMaskedLM", "BertForNextSentencePrediction", "RobertaModel", "RobertaForMaskedLM", "GPT2LMHeadModel",
            T5, T5Version11];

    readonly RandomSource _random = new(21, 0);
    readonly SafetensorsType _type;

    public Dictionary<string, FileTensor> Tensors { get; } = [];
    public string Config { get; }
    public FileSizes Size { get; }

    public HuggingFaceFiles(string architecture, FileSizes size, SafetensorsType type = SafetensorsType.Float32, bool odd = false)
    {
        (_type, Size) = (type, size);
        if (architecture == "GPT2LMHeadModel") Gpt2(size);
        else if (IsT5(architecture)) AddT5(architecture, size);
        else Bert(architecture, size);
        Config = architecture == "GPT2LMHeadModel" ? Gpt2Config(size) : IsT5(architecture) ? T5Config(architecture, size) : BertConfig(architecture, size);
        // Numbers that a careless copy would change: a negative zero, a subnormal, infinities, and two NaN of which one has a payload.
        if (odd)
            foreach (FileTensor tensor in Tensors.Values)
                ((byte[])[0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0x80, 0x7F, 0, 0, 0xC0, 0x7F, 0x21, 0x43, 0xC5, 0xFF])
                    .AsSpan(0, Math.Min(20, tensor.Bytes.Length)).CopyTo(tensor.Bytes);
    }

    /// <summary>Reads a directory of one of the kinds.</summary>
    public static Module Load(string kind, string directory, IBackend backend) => IsT5(kind) ? HuggingFaceT5.Load(directory, backend)
        : kind == "GPT2LMHeadModel" ? HuggingFaceGpt2.Load(directory, backend) : HuggingFaceBert.Load(directory, backend);

    public void Add(string name, params int[] shape)
    {
        int count = shape.Aggregate(1, (a, b) => a * b);
        byte[] bytes = new byte[count * (_type == SafetensorsType.Float32 ? 4 : 2)];
        for (int i = 0; i < count; i++)
        {
            float value = (shape.Length == 1 && name.Contains("orm.weight", StringComparison.Ordinal) ? 1f : 0f) + 0.4f * _random.NextNormal();
            if (_type == SafetensorsType.Float32) BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), value);
            else if (_type == SafetensorsType.Float16) BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (Half)value);
            else BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
        }
        Tensors.Add(name, new FileTensor(_type, [.. shape], bytes));
    }

    void Pair(string name, params int[] shape)
    {
        Add($"{name}.weight", shape);
        Add($"{name}.bias", shape[0]);
    }

    void Bert(string architecture, FileSizes s)
    {
        bool roberta = architecture.StartsWith("Roberta", StringComparison.Ordinal), bare = architecture.EndsWith("Model", StringComparison.Ordinal);
        bool masked = architecture is "BertForPreTraining" or "BertForMaskedLM" or "RobertaForMaskedLM";
        string p = bare ? "" : roberta ? "roberta." : "bert.";
        int w = s.Width;
        Add($"{p}embeddings.word_embeddings.weight", s.Vocabulary, w);
        Add($"{p}embeddings.position_embeddings.weight", s.Positions, w);
        Add($"{p}embeddings.token_type_embeddings.weight", roberta ? 1 : 2, w);
        Pair($"{p}embeddings.LayerNorm", w);
        for (int i = 0; i < s.Layers; i++)
        {
            string layer = $"{p}encoder.layer.{i}";
            foreach (string part in (string[])["query", "key", "value"]) Pair($"{layer}.attention.self.{part}", w, w);
            Pair($"{layer}.attention.output.dense", w, w);
            Pair($"{layer}.attention.output.LayerNorm", w);
            Pair($"{layer}.intermediate.dense", s.Hidden, w);
            Pair($"{layer}.output.dense", w, s.Hidden);
            Pair($"{layer}.output.LayerNorm", w);
        }
        if (!masked || architecture == "BertForPreTraining") Pair($"{p}pooler.dense", w, w);
        if (masked)
        {
            Pair(roberta ? "lm_head.dense" : "cls.predictions.transform.dense", w, w);
            Pair(roberta ? "lm_head.layer_norm" : "cls.predictions.transform.LayerNorm", w);
            Add(roberta ? "lm_head.bias" : "cls.predictions.bias", s.Vocabulary);
        }
        if (architecture is "BertForPreTraining" or "BertForNextSentencePrediction") Pair("cls.seq_relationship", 2, w);
    }

    // Conv1D: a weight is [in, out], its bias [out].
    void Gpt2(FileSizes s)
    {
        const string P = "transformer.";
        int w = s.Width;
        Add($"{P}wte.weight", s.Vocabulary, w);
        Add($"{P}wpe.weight", s.Positions, w);
        for (int i = 0; i < s.Layers; i++)
        {
            Pair($"{P}h.{i}.ln_1", w);
            Conv($"{P}h.{i}.attn.c_attn", w, 3 * w);
            Conv($"{P}h.{i}.attn.c_proj", w, w);
            Pair($"{P}h.{i}.ln_2", w);
            Conv($"{P}h.{i}.mlp.c_fc", w, 4 * w);
            Conv($"{P}h.{i}.mlp.c_proj", 4 * w, w);
        }
        Pair($"{P}ln_f", w);

        void Conv(string name, int inputs, int outputs)
        {
            Add($"{name}.weight", inputs, outputs);
            Add($"{name}.bias", outputs);
        }
    }

    static string BertConfig(string architecture, FileSizes s)
    {
        bool roberta = architecture.StartsWith("Roberta", StringComparison.Ordinal);
        return $$"""
            {
              "_name_or_path": "somewhere/on/the/hub",
              "architectures": [
                "{{architecture}}"
              ],
              "attention_probs_dropout_prob": 0.1,
              "bos_token_id": 0,
              "classifier_dropout": null,
              "gradient_checkpointing": false,
              "hidden_act": "gelu",
              "hidden_dropout_prob": 0.1,
              "hidden_size": {{s.Width}},
              "id2label": { "0": "LABEL_0" },
              "initializer_range": 0.02,
              "intermediate_size": {{s.Hidden}},
              "layer_norm_eps": {{(roberta ? "1e-05" : "1e-12")}},
              "max_position_embeddings": {{s.Positions}},
              "model_type": "{{(roberta ? "roberta" : "bert")}}",
              "num_attention_heads": {{s.Heads}},
              "num_hidden_layers": {{s.Layers}},
              "pad_token_id": {{(roberta ? 1 : 0)}},
              "position_embedding_type": "absolute",
              "transformers_version": "4.40.0",
              "type_vocab_size": {{(roberta ? 1 : 2)}},
              "use_cache": true,
              "vocab_size": {{s.Vocabulary}}
            }
            """;
    }

    static string Gpt2Config(FileSizes s) => $$"""
        {
          "activation_function": "gelu_new",
          "architectures": [
            "GPT2LMHeadModel"
          ],
          "attn_pdrop": 0.1,
          "embd_pdrop": 0.1,
          "initializer_range": 0.02,
          "layer_norm_epsilon": 1e-05,
          "model_type": "gpt2",
          "n_ctx": {{s.Positions}},
          "n_embd": {{s.Width}},
          "n_head": {{s.Heads}},
          "n_inner": null,
          "n_layer": {{s.Layers}},
          "n_positions": {{s.Positions}},
          "reorder_and_upcast_attn": false,
          "resid_pdrop": 0.1,
          "scale_attn_weights": true,
          "task_specific_params": { "text-generation": { "do_sample": true, "max_length": 50 } },
          "vocab_size": {{s.Vocabulary}}
        }
        """;

    /// <summary>Writes the directory, in one file or in so many with an index.</summary>
    public string Write(string directory, int shards = 1)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), Config);
        string[] names = [.. Tensors.Keys];
        Dictionary<string, string> places = [];
        for (int i = 0; i < shards; i++)
        {
            string file = shards == 1 ? "model.safetensors" : FormattableString.Invariant($"model-{i + 1:D5}-of-{shards:D5}.safetensors");
            using FileStream stream = File.Create(Path.Combine(directory, file));
            string[] here = [.. names.Where((_, k) => k % shards == i)];
            SafetensorsWriter.Write(stream,
                here.Select(name => SafetensorsItem.FromBytes(name, Tensors[name].Type, Tensors[name].Lengths, Tensors[name].Bytes)),
                new Dictionary<string, string> { ["format"] = "pt" }, checksums: false);
            foreach (string name in here) places[name] = file;
        }
        if (shards > 1)
            File.WriteAllText(Path.Combine(directory, "model.safetensors.index.json"), IndexOf(places, Tensors.Values.Sum(tensor => (long)tensor.Bytes.Length)));
        return directory;
    }

    static string IndexOf(Dictionary<string, string> places, long total)
    {
        StringBuilder json = new(FormattableString.Invariant($"{{\n  \"metadata\": {{\n    \"total_size\": {total}\n  }},\n  \"weight_map\": {{\n"));
        IEnumerable<string> lines = places.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"    \"{pair.Key}\": \"{pair.Value}\"");
        return json.AppendJoin(",\n", lines).Append("\n  }\n}\n").ToString();
    }

    /// <summary>All tensors of a directory, from whatever safetensors files it has.</summary>
    public static Dictionary<string, FileTensor> Read(string directory)
    {
        Dictionary<string, FileTensor> tensors = [];
        foreach (string path in Directory.GetFiles(directory, "*.safetensors"))
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Equal("pt", file.Metadata["format"]);
            foreach (SafetensorsEntry entry in file.Entries)
            {
                byte[] bytes = new byte[entry.Bytes];
                file.ReadBytes(entry.Name, bytes);
                tensors.Add(entry.Name, new FileTensor(entry.Type, entry.Lengths.ToArray(), bytes));
            }
        }
        return tensors;
    }

    public static void AssertSame(Dictionary<string, FileTensor> expected, Dictionary<string, FileTensor> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, FileTensor tensor) in expected)
        {
            Assert.Equal((name, tensor.Type), (name, actual[name].Type));
            Assert.Equal(tensor.Lengths, actual[name].Lengths);
            Assert.True(tensor.Bytes.AsSpan().SequenceEqual(actual[name].Bytes), $"{name} has other bytes");
        }
    }
}
