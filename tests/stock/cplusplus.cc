// SPDX-License-Identifier: BSD-2-Clause
// Uses streams, containers and exceptions, in a parent and its child.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

struct noisy {
	const char *name;
	~noisy() { std::cout << "~" << name << "\n"; }
};

static void
deep(int n)
{
	noisy level{n == 0 ? "innermost" : "outer"};

	if (n == 0)
		throw std::out_of_range("too deep");
	deep(n - 1);
}

int
main()
{
	std::map<std::string, std::vector<int>> m;
	std::istringstream in("b 2 a 1 b 3 c 7");
	std::string key;
	int value, status;

	while (in >> key >> value)
		m[key].push_back(value);
	for (const auto &[k, v] : m)
		std::cout << k << ":" << v.size() << " ";
	std::cout << std::fixed << std::setprecision(3) << 2.0 / 3 << "\n";
	try {
		deep(1);
	} catch (const std::exception &e) {
		std::cout << "caught: " << e.what() << std::endl;
	}
	try {
		std::vector<int>().at(3);
	} catch (const std::out_of_range &) {
		std::cout << "caught by its type" << std::endl;
	}
	if (fork() == 0) {
		try {
			throw 5;
		} catch (int n) {
			_exit(n);
		}
	}
	wait(&status);
	std::cout << "a child's: " << WEXITSTATUS(status) << std::endl;
	return 0;
}
