using System.Globalization;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// Writes a model as a directory in Hugging Face's layout: <c>model.safetensors</c>, or <c>model-00001-of-0000N.safetensors</c> with an index, then
/// <c>config.json</c>. The configuration comes last, so that a directory without one was not finished.
/// </summary>
static class ModelDirectory
{
    /// <summary>Writes a model.</summary>
    /// <param name="directory">It is made if it is not there; it must not hold a model yet, or old and new could be mixed.</param>
    /// <param name="config">Writes the fields of the configuration, but for the type of numbers.</param>
    /// <param name="weights">The tensors.</param>
    /// <param name="type">How numbers are stored, F32, F16 or BF16.</param>
    /// <param name="maxShardBytes">The most bytes of one file; a larger tensor has a file of its own.</param>
    /// <exception cref="FileWriteException">There is a model already, the disk is full, or the folder may not be written to.</exception>
    /// <exception cref="NativeSslException">A file may not have even one byte.</exception>
    /// <exception cref="UnsupportedFormatException">Numbers cannot be stored so.</exception>
    public static void Write(string directory, Action<Utf8JsonWriter> config, IEnumerable<WeightMap.OutgoingWeight> weights, SafetensorsType type,
        long maxShardBytes)
    {
        string name = type switch
        {
            SafetensorsType.Float32 => "float32",
            SafetensorsType.Float16 => "float16",
            SafetensorsType.BFloat16 => "bfloat16",
            _ => throw new UnsupportedFormatException($"Weights are stored as F32, F16 or BF16, not as {type}."),
        };
        if (maxShardBytes < 1) throw new NativeSslException($"maxShardBytes is {maxShardBytes}; a file holds at least one byte.");
        Prepare(directory);
        List<List<WeightMap.OutgoingWeight>> shards = Shards(weights, maxShardBytes);
        if (shards.Count == 1) WriteFile(Path.Combine(directory, WeightFiles.Single), shards[0]);
        else WriteShards(directory, shards);
        StrictJson.Write(Path.Combine(directory, ModelConfig.FileName), json =>
        {
            config(json);
            json.WriteString("torch_dtype", name);
        });
    }

    static void Prepare(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(directory, $"the folder cannot be made: {error.Message}", error);
        }
        foreach (string file in (string[])[ModelConfig.FileName, WeightFiles.Single, WeightFiles.Index])
            if (File.Exists(Path.Combine(directory, file)))
                throw new FileWriteException(directory, $"there is a model already: {file}. Save into another folder, or move the old model away first.");
    }

    // In the order of names, as many to a file as there is room for.
    static List<List<WeightMap.OutgoingWeight>> Shards(IEnumerable<WeightMap.OutgoingWeight> weights, long most)
    {
        List<List<WeightMap.OutgoingWeight>> shards = [[]];
        long bytes = 0;
        foreach (WeightMap.OutgoingWeight weight in weights.OrderBy(weight => weight.Name, StringComparer.Ordinal))
        {
            if (shards[^1].Count > 0 && bytes > most - weight.Bytes)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(weight);
            bytes += weight.Bytes;
        }
        return shards;
    }

    static void WriteShards(string directory, List<List<WeightMap.OutgoingWeight>> shards)
    {
        List<(string, string)> places = [];
        for (int i = 0; i < shards.Count; i++)
        {
            string file = string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            WriteFile(Path.Combine(directory, file), shards[i]);
            places.AddRange(shards[i].Select(weight => (weight.Name, file)));
        }
        WeightIndex.Write(Path.Combine(directory, WeightFiles.Index), shards.Sum(shard => shard.Sum(weight => weight.Bytes)), places);
    }

    static void WriteFile(string path, List<WeightMap.OutgoingWeight> weights) =>
        SafetensorsWriter.Write(path, weights.SelectMany(weight => weight.Items()));
}
